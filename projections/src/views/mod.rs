//! Saved views: filters, orders and columns under a name, of one manager or shared by all.

mod projection;
mod query;

pub use projection::{Row, Views};
pub use query::{Filter, keyset};
