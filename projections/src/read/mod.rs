//! What the queries of all read models share.
//!
//! A query reads whole rows by the serde form that the fold writes ([`stored`]), so that a table has one description of
//! its shape in Rust. Every statement is confined to what the caller reaches ([`Reach`]) before anything else is said.

mod among;
mod children;
mod concerned;
mod condition;
mod conditions;
mod facet;
mod fetch;
mod given;
mod narrow;
mod page;
mod reach;
mod stored;
mod view;

pub(crate) use among::{Among, count_among, explain_among, grouped_among, page_among};
pub use children::{children, count_children};
pub use concerned::Concerned;
pub use condition::{Condition, Test};
pub use conditions::{Conditions, Filter, TimeRange, wire};
pub use facet::{Facet, Span};
pub(crate) use fetch::{arrange, grouped};
pub use fetch::{by_ids, count, explain, page};
pub use given::{counts_of, pages_of};
pub use narrow::Narrow;
pub use page::{Key, Keyset, Page, PageRequest, SortKind};
pub use reach::{Belonging, Own, Reach};
pub use view::{among, whole};

use serde::de::DeserializeOwned;

/// A row of a read model as queries return it.
pub trait ReadRow: DeserializeOwned + Send + Unpin + 'static {
    /// The live table with its schema.
    const TABLE: &'static str;
    /// Its primary key, a uuid.
    const KEY: &'static str;
    /// How its rows belong to consultations.
    const BELONGS: Belonging;
    /// What stands in place of personal data for who may not see it: a JSON object with a value for each such column.
    const MASK: &'static str;
    /// Under which names the API shows what [`MASK`](Self::MASK) covers; none where it covers nothing. Whoever names
    /// none of them is shown nothing of it.
    const SHOWN_AS: &'static [&'static str];
    /// Whose personal data it holds.
    fn concerned(&self) -> Concerned;
}
