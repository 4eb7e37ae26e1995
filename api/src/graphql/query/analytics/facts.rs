//! Facts as the API shows them.

use async_graphql::{
    ComplexObject, Context, ID, SimpleObject,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position as LogPosition;
use ledgerdesk_infrastructure::{auth::Permission, event_store::EventStore};
use ledgerdesk_projections::analytics::{self, Fact, FactKey, Group, Question};
use uuid::Uuid;

use super::{consultation_id, input, report::Whole};
use crate::graphql::{
    caller::Caller,
    error::Fault,
    loaders::EVENT_DATA,
    model::{consultation::Consultation, event::Event, loaders, manager::Manager, position::Position},
    paging,
};

/// One fact of a metric.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(super) struct MetricFact {
    /// The consultation.
    consultation_id: ID,
    /// When, by the dating rule; of a level, since when.
    at: DateTime<Utc>,
    /// The value; 1 where facts are counted.
    value: Option<Whole>,
    /// Of which team.
    team: Option<String>,
    /// Where the events are that made it: one, or the one that started and the one that stopped the clock.
    positions: Vec<Position>,
    #[graphql(skip)]
    fact: Fact,
}

#[ComplexObject]
impl MetricFact {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        let id = self.fact.consultation().uuid();
        Ok(loaders(ctx)?.consultations.load(id).await?.map(Consultation::from))
    }

    /// Whom it is attributed to.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(id) = self.fact.manager() else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(id.uuid()).await?.map(Manager::from))
    }

    /// The events that made it. Needs the permission `events:read`.
    async fn events(&self, ctx: &Context<'_>) -> Result<Vec<Event>, Fault> {
        let caller = ctx.data::<Caller>()?;
        caller.require(Permission::EventsRead)?;
        let store = ctx.data::<EventStore>()?;
        let loaders = loaders(ctx)?;
        let (epoch, personal) = (store.head().epoch, loaders.reach_into_log(EVENT_DATA).personal);
        let mut events = Vec::new();
        for LogPosition(position) in self.fact.events() {
            let read = store.read_workspace(caller.workspace_id, LogPosition(position - 1), 1).await?;
            let at = read.iter().filter(|event| event.position.0 == position);
            events.extend(at.map(|event| Event::new(event, epoch, personal)));
        }
        loaders.reading().saw_of(events.iter().map(Event::shows));
        Ok(events)
    }
}

/// Fields of the connection beyond Relay's.
#[derive(SimpleObject)]
pub(super) struct Standing {
    /// Everything in the log up to here is seen.
    position: Position,
}

/// A fact's place.
pub(super) struct FactCursor(FactKey);

impl CursorType for FactCursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this list; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let (at, rest) = bytes.split_first_chunk::<8>().ok_or(REFUSED)?;
        let (consultation, part) = rest.split_first_chunk::<16>().ok_or(REFUSED)?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*at)).ok_or(REFUSED)?;
        let part =
            String::from_utf8(part.to_vec()).ok().filter(|part| !part.contains('\0')).ok_or(REFUSED)?;
        Ok(Self(FactKey { at, consultation: Uuid::from_bytes(*consultation), part }))
    }

    fn encode_cursor(&self) -> String {
        let FactKey { at, consultation, part } = &self.0;
        let mut bytes = at.timestamp_micros().to_be_bytes().to_vec();
        bytes.extend_from_slice(consultation.as_bytes());
        bytes.extend_from_slice(part.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

pub(super) async fn page(
    ctx: &Context<'_>,
    question: &Question,
    groups: &[Group],
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<FactCursor, MetricFact, Standing>, Fault> {
    let reach = input::reach(ctx, question)?;
    let size = paging::size("first", first)?;
    let after = after.as_deref().map(FactCursor::decode_cursor).transpose().map_err(Fault::bad_input)?;
    let key = after.as_ref().map(|FactCursor(key)| key);
    let page = analytics::facts(&input::source(ctx)?, reach, question, groups, (key, size)).await?;
    let standing = Standing { position: page.position.into() };
    let mut connection = Connection::with_additional_fields(after.is_some(), page.has_next, standing);
    connection.edges.extend(page.facts.into_iter().map(|fact| {
        let shown = MetricFact {
            consultation_id: consultation_id(fact.consultation()),
            at: fact.at,
            value: fact.value.map(Whole),
            team: fact.team.clone(),
            positions: fact.events().into_iter().map(Position).collect(),
            fact,
        };
        Edge::new(FactCursor(shown.fact.key()), shown)
    }));
    Ok(connection)
}
