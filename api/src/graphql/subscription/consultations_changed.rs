//! `consultationsChanged`: a view of consultations, kept current.

use std::sync::Arc;

use async_graphql::{Context, ID, SimpleObject};
use ledgerdesk_projections::consultation_list::Row;

use super::{
    view::{self, Change},
    watch,
};
use crate::{
    graphql::{
        error::Fault,
        global_id::{self, NodeKind},
        model::{consultation::Consultation, loaders, position::Position},
        query::consultation_list::ConsultationFilter,
    },
    live::Source,
};

/// What happened to a view of consultations since the message before.
#[derive(SimpleObject)]
pub(super) struct ConsultationsChange {
    /// Whether this is the view as a whole, in `added`: forget what was there before. The first message is one, and
    /// so is one that takes the place of changes that came faster than they were read.
    is_snapshot: bool,
    /// The log up to here is in it. A row may show later events, too; it is then not shown again for these.
    position: Position,
    /// What entered the view, as it is now. In a snapshot: everything, the newest change first.
    added: Vec<Consultation>,
    /// What changed and stays in the view, as it is now.
    updated: Vec<Consultation>,
    /// What left the view.
    removed: Vec<ID>,
}

pub(super) async fn source(
    ctx: &Context<'_>,
    filter: ConsultationFilter,
) -> Result<impl Source + use<>, Fault> {
    let filter = filter.read()?;
    loaders(ctx)?.reach_filtered::<Row>(&filter)?;
    let of = format!("{filter:?}");
    watch::join(ctx, "consultations", of, |watch, publisher| view::keep::<Row>(watch, filter, publisher))
        .await
}

pub(super) fn show(change: &Arc<Change<Row>>) -> ConsultationsChange {
    ConsultationsChange {
        is_snapshot: change.is_snapshot,
        position: change.position.into(),
        added: change.added.iter().map(|row| Arc::clone(row).into()).collect(),
        updated: change.updated.iter().map(|row| Arc::clone(row).into()).collect(),
        removed: change.removed.iter().map(|id| ID(global_id::encode(NodeKind::Consultation, *id))).collect(),
    }
}
