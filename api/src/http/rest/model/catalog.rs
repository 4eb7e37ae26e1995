//! An entry of a catalog.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Attributes;

/// What a consultation can be about: an entry of a catalog. Entries are never removed; one that is no longer `active`
/// keeps its title for the consultations that name it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::rest) struct CatalogEntry {
    /// Its id: opaque, permanent.
    id: String,
    /// The same id as a bare UUID.
    uuid: Uuid,
    /// The catalog.
    #[schema(example = "section")]
    kind: String,
    /// Its id in the system that it comes from, unique within the catalog; what consultations name it by.
    #[schema(example = "000000017")]
    external_id: String,
    /// What people read.
    #[schema(example = "Печать документов")]
    title: String,
    /// The catalog of the entry above it; null if there is none.
    #[schema(example = "product")]
    parent_kind: Option<String>,
    /// The id of the entry above it, in the system that it comes from; null if there is none.
    #[schema(example = "000000003")]
    parent_external_id: Option<String>,
    /// Whether it can be chosen.
    active: bool,
    /// What else is known.
    #[schema(schema_with = super::attributes)]
    attributes: Attributes,
    /// When it was defined.
    defined_at: DateTime<Utc>,
    /// When the last thing happened to it.
    changed_at: DateTime<Utc>,
    /// When it was retired; null while it can be chosen.
    retired_at: Option<DateTime<Utc>>,
    /// How many events it has.
    version: i32,
    /// The position of its last event.
    position: i64,
}

super::page! {
    /// A page of a catalog.
    CatalogPage of CatalogEntry
}
