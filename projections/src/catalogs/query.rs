//! Reads of `catalogs`.

use ledgerdesk_domain::{consultation::CatalogReference, id::WorkspaceId};
use sqlx::PgPool;

use super::Row;
use crate::read::{self, Belonging, Concerned, Conditions, Keyset, ReadRow};

impl ReadRow for Row {
    const TABLE: &'static str = "read.catalogs";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Workspace;
    // Nothing in a catalog is about a person.
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// What narrows a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Which catalog.
    pub kind: String,
    /// Can be chosen, or (`false`) cannot any more.
    pub active: Option<bool>,
    /// With one of these ids in the system that they come from.
    pub external_ids: Vec<String>,
    /// Below this entry.
    pub parent: Option<CatalogReference>,
    /// Words of the title, in Russian or English, in any inflection.
    pub text: Option<String>,
}

impl Filter {
    /// All entries of a catalog.
    pub fn of(kind: String) -> Self {
        Self { kind, active: None, external_ids: Vec::new(), parent: None, text: None }
    }
}

/// What a catalog can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When an entry was defined.
    DefinedAt,
    /// Where in the log the last thing happened to it.
    Position,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::DefinedAt => Keyset::time(1, "t.defined_at", descending),
            Self::Position => Keyset::number(2, "t.last_position", descending),
        }
    }
}

const TITLED: &str = "(to_tsvector('russian', t.title) || to_tsvector('english', t.title)) @@ \
    (websearch_to_tsquery('russian', {}) || websearch_to_tsquery('english', {}))";

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.is("t.kind", Some(self.kind.clone()));
        conditions.holds("t.active", self.active);
        conditions.one_of("t.external_id", &self.external_ids);
        conditions.is("t.parent_kind", self.parent.as_ref().map(|parent| parent.catalog.clone()));
        conditions.is("t.parent_external_id", self.parent.as_ref().map(|parent| parent.key.clone()));
        conditions.with_text(TITLED, self.text.as_deref());
    }

    fn reads_personal(&self) -> bool {
        false
    }
}

/// The position of the last event of a catalog; 0 for one without entries. As entries are never removed and each of
/// their events changes something, it changes exactly when the content does. One step into an index.
pub async fn revision(pool: &PgPool, workspace: WorkspaceId, kind: &str) -> Result<i64, sqlx::Error> {
    let sql =
        "select coalesce(max(last_position), 0) from read.catalogs where workspace_id = $1 and kind = $2";
    sqlx::query_scalar(sql).bind(workspace.uuid()).bind(kind).fetch_one(pool).await
}
