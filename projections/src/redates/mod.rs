//! Redates (переносы): each move of a promised time, and whether the new promise was kept.

mod projection;
mod query;

pub use projection::{Redates, Row};
pub use query::{Filter, Order};
