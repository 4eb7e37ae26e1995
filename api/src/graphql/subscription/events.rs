//! `events`: the log itself.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{Context, ID, InputObject, Result};
use async_stream::stream;
use ledgerdesk_domain::{
    event::Recorded,
    id::WorkspaceId,
    stream::{StreamId, StreamType},
};
use ledgerdesk_infrastructure::event_store::{Cursor, EventStore};

use super::{Boxed, log_event::LogEvent};
use crate::{
    graphql::{
        caller::Role,
        error::Fault,
        global_id::{self, NodeKind},
    },
    http::auth::Session,
};

/// How many events are taken from the log at a time.
const PAGE: usize = 256;

/// Which events.
#[derive(Debug, Default, InputObject)]
pub(crate) struct EventFilter {
    /// Only of these types, such as `HandoverAccepted`; at most 100.
    types: Option<Vec<String>>,
    /// Only of this consultation.
    consultation_id: Option<ID>,
    /// Only of this client's own stream: registration, details, contacts.
    client_id: Option<ID>,
    /// Only of this manager's own stream: registration, skills, availability.
    manager_id: Option<ID>,
}

/// A filter that was read, and the wall around the caller's workspace.
struct Wanted {
    workspace: WorkspaceId,
    types: Option<HashSet<String>>,
    streams: Option<Vec<StreamId>>,
}

impl Wanted {
    fn read(workspace: WorkspaceId, filter: EventFilter) -> Result<Self, Fault> {
        let mut streams = Vec::new();
        let named = [
            (filter.consultation_id, NodeKind::Consultation, StreamType::Consultation),
            (filter.client_id, NodeKind::Client, StreamType::Client),
            (filter.manager_id, NodeKind::Manager, StreamType::Manager),
        ];
        for (id, kind, stream_type) in named {
            if let Some(id) = id {
                streams.push(StreamId::new(stream_type, global_id::decode_kind(&id, kind)?));
            }
        }
        let types: Option<HashSet<String>> = filter.types.map(|types| types.into_iter().collect());
        if types.as_ref().is_some_and(|types| types.len() > 100) {
            return Err(Fault::bad_input("`filter.types` names more than 100 types; name fewer or none"));
        }
        Ok(Self { workspace, types, streams: (!streams.is_empty()).then_some(streams) })
    }

    fn matches(&self, event: &Recorded) -> bool {
        event.workspace_id == self.workspace
            && self.streams.as_ref().is_none_or(|streams| streams.contains(&event.stream))
            && self.types.as_ref().is_none_or(|types| types.contains(event.event.event_type()))
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

pub(super) async fn follow(
    ctx: &Context<'_>,
    after: Option<String>,
    filter: Option<EventFilter>,
) -> Result<Boxed<LogEvent>> {
    let session = ctx.data::<Session>()?.clone();
    if session.caller().role == Role::Analyst {
        let message = "analysts read read models and not the log; use a key with another role";
        return Err(Fault::Forbidden { message }.into());
    }
    let wanted = Wanted::read(session.caller().workspace_id, filter.unwrap_or_default())?;
    let store = ctx.data::<EventStore>()?;
    let cursor = start(store, after).await?;
    let mut follower = store.follow(cursor).await.map_err(Fault::from)?;
    Ok(Box::pin(stream! {
        loop {
            let page = match follower.next_page(PAGE).await {
                Ok(page) => page,
                Err(error) => {
                    yield Err(Fault::from(error).into());
                    return;
                }
            };
            for event in page.events.iter().filter(|event| wanted.matches(event)) {
                if !session.still_holds().await {
                    yield Err(revoked());
                    return;
                }
                yield Ok(LogEvent::new(Arc::clone(event), page.cursor.epoch));
            }
        }
    }))
}

/// The key stopped opening this door while the subscription ran.
pub(super) fn revoked() -> async_graphql::Error {
    use async_graphql::ErrorExtensions as _;
    async_graphql::Error::new("the API key was revoked or changed; connect again with one that is in force")
        .extend_with(|_, extensions| extensions.set("code", "UNAUTHENTICATED"))
}
