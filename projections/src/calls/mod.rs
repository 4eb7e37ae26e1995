//! Call attempts (дозвоны): who called whom, how it ended, how long it took.

mod projection;
mod query;

pub use projection::{Calls, Row};
pub use query::{Filter, keyset};
