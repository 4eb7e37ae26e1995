//! `events`: the log itself.

use async_graphql::{Context, Result};
use async_stream::stream;
use ledgerdesk_domain::{event::Recorded, id::WorkspaceId, stream::StreamId};
use ledgerdesk_infrastructure::event_store::{Cursor, EventStore};

use super::Boxed;
use crate::{
    graphql::{error::Fault, model::event::Event, query::event_list::EventFilter},
    http::auth::Session,
};

/// How many events are taken from the log at a time.
const PAGE: usize = 256;

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

pub(super) async fn follow(
    ctx: &Context<'_>,
    after: Option<String>,
    filter: EventFilter,
) -> Result<Boxed<Event>> {
    let session = ctx.data::<Session>()?.clone();
    let (types, stream) = filter.read()?;
    let personal = session.caller().reach().personal;
    let wanted = Wanted { workspace: session.caller().workspace_id, types, stream };
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
                if let Err(ended) = still_open(&session).await {
                    yield Err(ended);
                    return;
                }
                yield Ok(Event::new(event, page.cursor.epoch, personal));
            }
        }
    }))
}

/// Why nothing more may be shown to this session, if so.
pub(super) async fn still_open(session: &Session) -> Result<(), async_graphql::Error> {
    match session.still_holds().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(revoked()),
        Err(_) => Err(Fault::Unavailable { message: UNCHECKED }.into()),
    }
}

const UNCHECKED: &str = "keys cannot be checked now; connect again in a moment, with your last cursor";

/// The key stopped opening this door while the subscription ran.
fn revoked() -> async_graphql::Error {
    use async_graphql::ErrorExtensions as _;
    async_graphql::Error::new("the API key was revoked or changed; connect again with one that is in force")
        .extend_with(|_, extensions| extensions.set("code", "UNAUTHENTICATED"))
}
