//! `consultationChanged`: one consultation, kept current.

use async_graphql::{Context, ID, Result};
use async_stream::stream;
use futures_util::FutureExt as _;
use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId, StreamType},
};
use ledgerdesk_infrastructure::event_store::{EventStore, Follower, LogPage, ReadError};
use ledgerdesk_projections::runtime::ReadSide;

use super::{Boxed, events::still_open};
use crate::{
    graphql::{
        error::Fault,
        global_id::{self, NodeKind},
        model::consultation::Consultation,
        mutation::entity,
    },
    http::auth::Session,
};

/// How many events are taken from the log at a time.
const PAGE: usize = 256;

/// Waits for changes of one stream.
struct Watch {
    follower: Follower,
    workspace: WorkspaceId,
    stream: StreamId,
}

impl Watch {
    /// The position of the newest change, after at least one has come. What is there already is taken together,
    /// so that a burst is one change.
    async fn next_change(&mut self) -> Result<Position, ReadError> {
        loop {
            let mut changed = None;
            let mut page = Some(self.follower.next_page(PAGE).await?);
            while let Some(seen) = page {
                changed = self.last_change(&seen).or(changed);
                page = self.follower.next_page(PAGE).now_or_never().transpose()?;
            }
            if let Some(position) = changed {
                return Ok(position);
            }
        }
    }

    fn last_change(&self, page: &LogPage) -> Option<Position> {
        let mut newest_first = page.events.iter().rev();
        let own =
            newest_first.find(|event| event.workspace_id == self.workspace && event.stream == self.stream)?;
        Some(own.position)
    }
}

pub(super) async fn watch(ctx: &Context<'_>, id: &ID) -> Result<Boxed<Consultation>> {
    let id = global_id::decode_kind(id, NodeKind::Consultation).map_err(Fault::from)?;
    let session = ctx.data::<Session>()?.clone();
    let read_side = ctx.data::<ReadSide>()?.clone();
    let store = ctx.data::<EventStore>()?;
    // First the place in the log, then the state: a change in between is shown once more, never missed.
    let head = store.fetch_head().await.map_err(Fault::from)?.position;
    let cursor = store.cursor_at(head).await.map_err(Fault::from)?;
    let follower = store.follow(cursor).await.map_err(Fault::from)?;
    let _current = entity::is_shown(&read_side, head).await;
    let entities = entity::Entities::of(ctx)?;
    let first = entities.consultation(id).await?.ok_or(Fault::NotFound { what: "consultation" })?;
    let stream = StreamId::new(StreamType::Consultation, id);
    let mut watch = Watch { follower, workspace: session.caller().workspace_id, stream };
    Ok(Box::pin(stream! {
        yield Ok(first);
        loop {
            let changed = match watch.next_change().await {
                Ok(position) => position,
                Err(error) => {
                    yield Err(Fault::from(error).into());
                    return;
                }
            };
            let ended = loop {
                match still_open(&session).await {
                    Ok(()) if entity::is_shown(&read_side, changed).await => break None,
                    Ok(()) => {}
                    Err(ended) => break Some(ended),
                }
            };
            if let Some(ended) = ended {
                yield Err(ended);
                return;
            }
            match entities.consultation(id).await {
                Ok(Some(consultation)) => yield Ok(consultation),
                // Given to somebody else, while the caller sees only their own.
                Ok(None) => {
                    yield Err(Fault::NotFound { what: "consultation" }.into());
                    return;
                }
                Err(fault) => yield Err(fault.into()),
            }
        }
    }))
}
