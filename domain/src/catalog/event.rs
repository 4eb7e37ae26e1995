//! What can happen to an entry of a catalog. Wire names are permanent.

use serde::{Deserialize, Serialize};

use crate::{
    consultation::{Attributes, CatalogReference},
    event::{DomainEvent, Event},
    stream::StreamType,
};

/// Any event of an entry of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum CatalogEvent {
    CatalogEntryDefined(CatalogEntryDefined),
    CatalogEntryChanged(CatalogEntryChanged),
    CatalogEntryRetired(CatalogEntryRetired),
    CatalogEntryRestored(CatalogEntryRestored),
}

impl DomainEvent for CatalogEvent {
    const STREAM_TYPE: StreamType = StreamType::CatalogEntry;

    const SCHEMAS: &'static [(&'static str, u16)] = &[
        ("CatalogEntryDefined", 1),
        ("CatalogEntryChanged", 1),
        ("CatalogEntryRetired", 1),
        ("CatalogEntryRestored", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::CatalogEntryDefined(_) => "CatalogEntryDefined",
            Self::CatalogEntryChanged(_) => "CatalogEntryChanged",
            Self::CatalogEntryRetired(_) => "CatalogEntryRetired",
            Self::CatalogEntryRestored(_) => "CatalogEntryRestored",
        }
    }
    fn of(event: &Event) -> Option<&Self> {
        match event {
            Event::CatalogEntry(event) => Some(event),
            _ => None,
        }
    }
}

impl From<CatalogEvent> for Event {
    fn from(event: CatalogEvent) -> Self {
        Self::CatalogEntry(event)
    }
}

/// An entry came into a catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntryDefined {
    /// The catalog, such as `product` or `section`.
    pub kind: String,
    /// Its id in the system that it comes from.
    pub external_id: String,
    /// What people read.
    pub title: String,
    /// The entry above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CatalogReference>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// An entry changed; it stands here whole, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntryChanged {
    /// What people read.
    pub title: String,
    /// The entry above it; none if there is none now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CatalogReference>,
    /// All that else is known.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// An entry cannot be chosen any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntryRetired {}

/// A retired entry can be chosen again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntryRestored {}
