//! What changed between two states of a consultation, as the API shows it.

use std::sync::Arc;

use async_graphql::{
    ComplexObject, Context, Enum, ID, Json, SimpleObject,
    connection::{Connection, Edge},
};
use ledgerdesk_projections::{
    as_of::{self, Difference, Fate, Parts, Snapshot, difference},
    history,
};
use serde_json::Value;

use super::{consultation::Consultation, history::HistoryEntry, id, loaders};
use crate::graphql::{
    error::Fault,
    global_id::NodeKind,
    paging::{self, Listing, Paging},
    query::filters::HistoryFilter,
};

/// A field whose value is another one.
#[derive(SimpleObject)]
pub struct FieldChange {
    /// The field as the consultation or the part names it; those of `detail` begin with `detail.`.
    field: String,
    /// Its value before, null where it had none: a plain UUID, an enum value as on the wire, a time (RFC 3339), a
    /// number, a list or an object.
    from: Json<Value>,
    /// Its value after, in the same spelling.
    to: Json<Value>,
}

impl From<&as_of::FieldChange> for FieldChange {
    fn from(change: &as_of::FieldChange) -> Self {
        Self { field: change.field.clone(), from: Json(change.from.clone()), to: Json(change.to.clone()) }
    }
}

/// What a part of a consultation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "as_of::PartKind")]
pub enum PartKind {
    /// A handover.
    Handover,
    /// A redate.
    Redate,
    /// A call attempt.
    Call,
    /// A rating.
    Rating,
    /// A message.
    Message,
}

impl PartKind {
    const fn node(self) -> NodeKind {
        match self {
            Self::Handover => NodeKind::Handover,
            Self::Redate => NodeKind::Redate,
            Self::Call => NodeKind::Call,
            Self::Rating => NodeKind::Rating,
            Self::Message => NodeKind::Message,
        }
    }
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Fate")]
pub enum PartFate {
    /// It was not there before.
    Came,
    /// It was there and has other values.
    Changed,
    /// It is not there any more.
    Went,
}

/// A part of a consultation that came, changed or went.
#[derive(SimpleObject)]
pub struct PartChange {
    /// What it is.
    kind: PartKind,
    /// Its id.
    id: ID,
    /// What became of it.
    fate: PartFate,
    /// Its fields that have other values.
    fields: Vec<FieldChange>,
}

impl From<&as_of::PartChange> for PartChange {
    fn from(change: &as_of::PartChange) -> Self {
        let kind = PartKind::from(change.kind);
        Self {
            kind,
            id: id(kind.node(), change.id),
            fate: change.fate.into(),
            fields: change.fields.iter().map(Into::into).collect(),
        }
    }
}

/// What changed in a consultation between two moments.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ConsultationDifference {
    #[graphql(skip)]
    before: Option<Arc<Snapshot>>,
    #[graphql(skip)]
    after: Arc<Snapshot>,
    #[graphql(skip)]
    parts: Vec<as_of::PartChange>,
    /// The fields of the consultation and of its `detail` that have other values, by name.
    fields: Vec<FieldChange>,
}

impl ConsultationDifference {
    /// Compares two states of one consultation; without a first one it had not begun.
    pub(in crate::graphql) fn new(before: Option<Arc<Snapshot>>, after: Arc<Snapshot>) -> Self {
        let Difference { fields, parts } = difference(before.as_deref(), &after);
        Self { before, after, parts, fields: fields.iter().map(Into::into).collect() }
    }
}

#[ComplexObject]
impl ConsultationDifference {
    /// The consultation as it was at the first moment; null where it had not begun.
    async fn from(&self) -> Option<Consultation> {
        self.before.as_ref().map(Consultation::at)
    }

    /// The consultation as it was at the second moment.
    async fn to(&self) -> Consultation {
        Consultation::at(&self.after)
    }

    /// The handovers, redates, calls, ratings and messages that came, changed or went, by kind and id.
    #[graphql(name = "parts")]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn changed_parts(
        &self,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<usize, PartChange>, Fault> {
        let (begin, size) = paging::numbered(first, after.as_deref())?;
        let rest = self.parts.get(begin..).unwrap_or_default();
        let mut connection = Connection::new(begin > 0, rest.len() > size);
        let edges = rest.iter().take(size).zip(begin..);
        connection.edges.extend(edges.map(|(part, place)| Edge::new(place, part.into())));
        Ok(connection)
    }

    /// What happened in between, in the order of the log.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HistoryFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<HistoryEntry>, Fault> {
        let known = self.before.as_ref().map(|before| &before.entries);
        let is_new = |key| known.is_none_or(|known| !known.contains_key(key));
        let between: Parts<history::Row> = self
            .after
            .entries
            .iter()
            .filter(|(key, _)| is_new(*key))
            .map(|(key, row)| (*key, Arc::clone(row)))
            .collect();
        let paging = Paging { first, after, last, before };
        let order = history::keyset(false);
        let below = &loaders(ctx)?.entries_below;
        paging::listing_given(below, &between, filter.read()?, order, &paging, Into::into).await
    }
}
