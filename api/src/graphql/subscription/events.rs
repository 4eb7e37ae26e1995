//! `events`: the log itself.

use std::sync::Arc;

use async_graphql::Context;
use ledgerdesk_domain::{event::Recorded, id::WorkspaceId, stream::StreamId};
use ledgerdesk_infrastructure::event_store::{Cursor, EventStore};

use crate::{
    graphql::{
        caller::Caller,
        error::Fault,
        loaders::EVENT_DATA,
        model::{event::Event, loaders},
        query::event_list::EventFilter,
    },
    live::{LogSource, Source},
};

/// A filter that was read, and the wall around the caller's workspace.
struct Wanted {
    workspace: WorkspaceId,
    types: Vec<String>,
    stream: Option<StreamId>,
}

impl Wanted {
    fn matches(&self, event: &Recorded) -> bool {
        event.workspace_id == self.workspace
            && self.stream.is_none_or(|stream| stream == event.stream)
            && (self.types.is_empty() || self.types.iter().any(|name| name == event.event.event_type()))
    }
}

/// The place to start at: the beginning, a cursor, or now.
async fn start(store: &EventStore, after: Option<String>) -> Result<Cursor, Fault> {
    match after.as_deref() {
        Some("0") => Ok(Cursor::START),
        Some(text) => {
            Cursor::decode(text).map_err(|error| Fault::bad_input(format!("`after`: {error}, or \"0\"")))
        }
        None => Ok(store.cursor_at(store.fetch_head().await?.position).await?),
    }
}

/// What is followed.
pub(super) async fn source(
    ctx: &Context<'_>,
    after: Option<String>,
    filter: EventFilter,
) -> Result<impl Source + use<>, Fault> {
    let caller = ctx.data::<Caller>()?;
    let (types, stream) = filter.read()?;
    let wanted = Wanted { workspace: caller.workspace_id, types, stream };
    let store = ctx.data::<EventStore>()?.clone();
    let follower = store.follow(start(&store, after).await?).await?;
    Ok(LogSource::new(store, follower, move |event| wanted.matches(event)))
}

/// What an event looks like.
pub(super) fn show(ctx: &Context<'_>) -> impl Fn(&Arc<Recorded>) -> Event + use<> {
    let store = ctx.data::<EventStore>().cloned();
    let personal = loaders(ctx).is_ok_and(|loaders| loaders.reach_into_log(EVENT_DATA).personal);
    // A follower whose history ended tells nothing more, so the epoch is that of every event it showed.
    move |event| Event::new(event, store.as_ref().map_or(0, |store| store.head().epoch), personal)
}
