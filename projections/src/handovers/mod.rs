//! Handovers (эскалации), from request to end: who asked, who took over, how fast, how it ended.

mod projection;
mod query;

pub use projection::{Decline, Handovers, Row, State};
pub use query::{Filter, Order};
