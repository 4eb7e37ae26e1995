//! `handoversChanged`: a view of handovers, kept current.

use std::sync::Arc;

use async_graphql::{Context, ID, SimpleObject};
use ledgerdesk_projections::handovers::Row;

use super::{
    view::{self, Change},
    watch,
};
use crate::{
    graphql::{
        error::Fault,
        global_id::{self, NodeKind},
        model::{handover::Handover, loaders, position::Position},
        query::handover_list::HandoverFilter,
    },
    live::Source,
};

/// What happened to a view of handovers since the message before.
#[derive(SimpleObject)]
pub(super) struct HandoversChange {
    /// Whether this is the view as a whole, in `added`: forget what was there before. The first message is one, and
    /// so is one that takes the place of changes that came faster than they were read.
    is_snapshot: bool,
    /// The log up to here is in it. A row may show later events, too; it is then not shown again for these.
    position: Position,
    /// What entered the view, as it is now. In a snapshot: everything, the newest request first.
    added: Vec<Handover>,
    /// What changed and stays in the view, as it is now.
    updated: Vec<Handover>,
    /// What left the view.
    removed: Vec<ID>,
}

pub(super) async fn source(ctx: &Context<'_>, filter: HandoverFilter) -> Result<impl Source + use<>, Fault> {
    let filter = filter.read()?;
    loaders(ctx)?.reach_filtered::<Row>(&filter)?;
    let of = format!("{filter:?}");
    watch::join(ctx, "handovers", of, |watch, publisher| view::keep::<Row>(watch, filter, publisher)).await
}

pub(super) fn show(change: &Arc<Change<Row>>) -> HandoversChange {
    HandoversChange {
        is_snapshot: change.is_snapshot,
        position: change.position.into(),
        added: change.added.iter().map(|row| Arc::clone(row).into()).collect(),
        updated: change.updated.iter().map(|row| Arc::clone(row).into()).collect(),
        removed: change.removed.iter().map(|id| ID(global_id::encode(NodeKind::Handover, *id))).collect(),
    }
}
