//! What the queries of all read models share.
//!
//! A query reads whole rows in the serde form that the fold writes, so that a table has one description of
//! its shape in Rust. Every statement is confined to what the caller reaches ([`Reach`]) before anything else is said.

mod conditions;
mod fetch;
mod page;
mod reach;
mod view;

pub use conditions::{Conditions, Filter, TimeRange, wire};
pub(crate) use fetch::grouped;
pub use fetch::{by_ids, count, latest_of, page};
pub use page::{Key, Keyset, Page, PageRequest, SortKind};
pub use reach::{Belonging, Own, Reach};
pub use view::{among, whole};

use ledgerdesk_domain::id::ConsultationId;
use serde::de::DeserializeOwned;

/// A row of a read model as queries return it.
pub trait ReadRow: DeserializeOwned + Send + Unpin + 'static {
    /// The live table with its schema.
    const TABLE: &'static str;
    /// Its primary key, a uuid.
    const KEY: &'static str;
    /// How its rows belong to consultations.
    const BELONGS: Belonging;
    /// What stands in place of personal data for who may not see it: a JSON object that is laid over the row.
    const MASK: &'static str;
}

/// A row that belongs to a consultation.
pub trait ChildRow: ReadRow {
    /// A column that grows with time; the table has an index on (workspace, consultation, this column, key).
    const ORDER: &'static str;

    /// The consultation.
    fn consultation_id(&self) -> ConsultationId;
}
