//! The timeline of a consultation: one entry per event, who, when, from what to what. Entries never change.

mod entry;
mod projection;
mod query;

pub use entry::Kind;
pub(crate) use projection::without_personal;
pub use projection::{History, Row, payload_without_personal};
pub use query::{Filter, keyset};
