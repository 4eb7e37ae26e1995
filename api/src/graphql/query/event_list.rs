//! `events`.

use std::sync::Arc;

use async_graphql::{
    Context, ID, InputObject, Object,
    connection::{Connection, CursorType, Edge},
};
use ledgerdesk_domain::{
    event::{Recorded, schema_version},
    id::WorkspaceId,
    stream::{Position, StreamId, StreamType, StreamVersion},
};
use ledgerdesk_infrastructure::event_store::{Cursor, CursorError, EventStore, ReadError};

use super::input;
use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::{self, NodeKind},
    loaders::EVENT_DATA,
    model::{event::Event, loaders},
    paging,
};

/// How many events of a stream are read at once while looking for those that a filter wants.
const STREAM_PAGE: usize = 500;

/// What narrows the log. Everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct EventFilter {
    /// Of one of these types, by their permanent wire names, such as `HandoverAccepted`.
    types: Option<Vec<String>>,
    /// Of this consultation, client, manager or catalog entry.
    stream: Option<ID>,
}

impl EventFilter {
    /// The types, all if none is named, and the stream.
    pub(in crate::graphql) fn read(self) -> Result<(Vec<String>, Option<StreamId>), Fault> {
        let types = input::texts("filter.types", self.types)?;
        if let Some(unknown) = types.iter().find(|name| schema_version(name).is_none()) {
            let message =
                format!("`filter.types`: there is no event type {unknown}; docs/events.md lists them");
            return Err(Fault::BadInput { message });
        }
        Ok((types, self.stream.map(|id| stream(&id)).transpose()?))
    }
}

fn stream(id: &ID) -> Result<StreamId, Fault> {
    let (kind, id) = global_id::decode(id)?;
    let stream_type = match kind {
        NodeKind::Consultation => StreamType::Consultation,
        NodeKind::Client => StreamType::Client,
        NodeKind::Manager => StreamType::Manager,
        NodeKind::CatalogEntry => StreamType::CatalogEntry,
        _ => {
            return Err(Fault::bad_input(
                "`filter.stream` takes the id of a consultation, client, manager or catalog entry",
            ));
        }
    };
    Ok(StreamId::new(stream_type, id))
}

/// A cursor of the log, the same that the subscription takes.
pub(super) struct LogCursor(Cursor);

impl CursorType for LogCursor {
    type Error = CursorError;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        // `0` is easier to type and to remember than the cursor at the beginning.
        if text == "0" { Ok(Self(Cursor::START)) } else { Cursor::decode(text).map(Self) }
    }

    fn encode_cursor(&self) -> String {
        self.0.encode()
    }
}

#[derive(Default)]
pub(super) struct EventListQuery;

#[Object]
impl EventListQuery {
    /// The log of the caller's workspace, oldest first. Code `CURSOR_OF_ANOTHER_HISTORY` for a cursor that the log no longer knows.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only after this cursor; from the beginning if it is `0` or not given.")]
        after: Option<String>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Which ones.", default)] filter: EventFilter,
    ) -> Result<Connection<LogCursor, Event>, Fault> {
        let caller = ctx.data::<Caller>()?;
        let size = usize::from(paging::size("first", first)?);
        let (types, stream) = filter.read()?;
        let store = ctx.data::<EventStore>()?;
        let after = position(store, after.as_deref()).await?;
        let wanted = Wanted { workspace: caller.workspace_id, after, limit: size + 1, types };
        let mut found = match stream {
            Some(stream) => of_stream(store, stream, &wanted).await?,
            None => store.read_types(wanted.workspace, after, wanted.limit, &wanted.types).await?,
        };
        let more = found.len() > size;
        found.truncate(size);
        let loaders = loaders(ctx)?;
        let (epoch, personal) = (store.head().epoch, loaders.reach_into_log(EVENT_DATA).personal);
        let mut connection = Connection::new(after != Position::START, more);
        connection.edges.extend(found.iter().map(|event| {
            Edge::new(LogCursor(Cursor::after_event(epoch, event)), Event::new(event, epoch, personal))
        }));
        loaders.reading().saw_of(connection.edges.iter().map(|edge| edge.node.shows()));
        Ok(connection)
    }
}

/// The position of a cursor of this history.
async fn position(store: &EventStore, after: Option<&str>) -> Result<Position, Fault> {
    let Some(after) = after else { return Ok(Position::START) };
    let LogCursor(cursor) = LogCursor::decode_cursor(after)
        .map_err(|error| Fault::bad_input(format!("`after`: {error}; `0` is the beginning")))?;
    if cursor != Cursor::START && store.cursor_at(cursor.position).await? != cursor {
        return Err(ReadError::ForeignCursor { cursor }.into());
    }
    Ok(cursor.position)
}

struct Wanted {
    workspace: WorkspaceId,
    after: Position,
    limit: usize,
    types: Vec<String>,
}

impl Wanted {
    fn has(&self, event: &Recorded) -> bool {
        let of_type = self.types.is_empty() || self.types.iter().any(|name| name == event.event.event_type());
        of_type && event.position > self.after
    }
}

/// The wanted events of one stream, which is read by version until there are enough of them.
async fn of_stream(
    store: &EventStore,
    stream: StreamId,
    wanted: &Wanted,
) -> Result<Vec<Arc<Recorded>>, ReadError> {
    let mut found = Vec::new();
    let mut version = StreamVersion::NONE;
    while found.len() < wanted.limit {
        let page = store.read_stream(wanted.workspace, stream, version, STREAM_PAGE).await?;
        let Some(last) = page.last() else { break };
        version = last.version;
        found.extend(page.into_iter().filter(|event| wanted.has(event)));
    }
    found.truncate(wanted.limit);
    Ok(found)
}
