//! What the queries of all read models share.
//!
//! A query reads whole rows in the serde form that the fold writes, so that a table has one description of
//! its shape in Rust. Every statement is confined to a workspace before anything else is said.

mod conditions;
mod fetch;
mod page;
#[cfg(test)]
pub(crate) mod testing;

pub use conditions::{Conditions, Filter, TimeRange, wire};
pub(crate) use fetch::grouped;
pub use fetch::{by_ids, count, latest_of, page};
pub use page::{Key, Keyset, Page, PageRequest, SortKind};

use serde::de::DeserializeOwned;

/// A row of a read model as queries return it.
pub trait ReadRow: DeserializeOwned + Send + Unpin + 'static {
    /// The live table with its schema.
    const TABLE: &'static str;
    /// Its primary key, a uuid.
    const KEY: &'static str;
}
