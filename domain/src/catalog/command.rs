//! What may be asked of an entry of a catalog.

use crate::consultation::{Attributes, CatalogReference};

/// Any command to an entry of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum CatalogCommand {
    DefineCatalogEntry(DefineCatalogEntry),
    PutCatalogEntry(PutCatalogEntry),
    ChangeCatalogEntry(ChangeCatalogEntry),
    RetireCatalogEntry(RetireCatalogEntry),
    RestoreCatalogEntry(RestoreCatalogEntry),
}

/// Defines a new entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefineCatalogEntry {
    /// The catalog: small Latin letters, digits, `-` and `_`, a letter first, at most 50.
    pub kind: String,
    /// Its id in the system that it comes from.
    pub external_id: String,
    /// What people read.
    pub title: String,
    /// The entry above it, of this catalog or another one.
    pub parent: Option<CatalogReference>,
    /// What else is known. Not for personal data: attributes are not sealed.
    pub attributes: Attributes,
}

/// Makes an entry be exactly this, whether it is there or not: for systems that send what they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutCatalogEntry {
    /// The entry as it shall be.
    pub entry: DefineCatalogEntry,
    /// Whether it can be chosen.
    pub active: bool,
}

/// Changes an entry; `None` leaves a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCatalogEntry {
    /// The new title.
    pub title: Option<String>,
    /// The new parent; `Some(None)` takes it away.
    pub parent: Option<Option<CatalogReference>>,
    /// All attributes, as they shall be.
    pub attributes: Option<Attributes>,
}

/// Takes an entry out of what can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetireCatalogEntry;

/// Puts a retired entry back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreCatalogEntry;
