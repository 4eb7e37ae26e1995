//! What is due next and what is late, over all consultations: for a desk that works by deadlines.
//!
//! No read model of its own: timers keep the clocks that run (`ledgerdesk.clocks`), beside what has to be told of them.
//! Whose they are, and who may see them, is told by the consultations that they belong to.

mod query;

pub use query::{Filter, Row, State, keyset};
