//! A consultation as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ConsultationId;
use ledgerdesk_infrastructure::{clock::Clock as ServerClock, service_levels::ServiceLevels};
use ledgerdesk_projections::{
    as_of::Snapshot, calls, consultation_list::Row, handovers, history, messages, ratings, redates,
};

use super::{
    call::Call,
    client::Client,
    consultation_detail::ConsultationDetail,
    enums::{Channel, Priority, Status},
    handover::Handover,
    history::HistoryEntry,
    id, loaders,
    manager::Manager,
    message::Message,
    position::Position,
    rating::Rating,
    redate::Redate,
    service_level::Clock,
};
use crate::graphql::{
    caller::Caller,
    error::Fault,
    global_id::NodeKind,
    paging::{self, Listing, Paging},
    query::{
        check_time,
        filters::{CallFilter, HandoverFilter, HistoryFilter, MessageFilter, RatingFilter, RedateFilter},
    },
};

/// How far an open handover is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::consultation_list::HandoverPhase")]
pub enum HandoverPhase {
    /// Waits for an offer.
    Requested,
    /// Waits for the manager who was asked.
    Offered,
    /// Somebody took over and works on it.
    Accepted,
}

/// A client's question and all the work with it (консультация). Times are those of the facts; a fact that was
/// learned later is dated by when it happened.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Consultation {
    #[graphql(skip)]
    row: Arc<Row>,
    /// Where what belongs to it comes from, if it is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// What it is about, in a line; null once the client was erased.
    topic: Option<String>,
    /// The stage.
    status: Status,
    /// Since when it has this status.
    status_since: DateTime<Utc>,
    /// How urgent.
    priority: Priority,
    /// Where it came in.
    channel: Channel,
    /// The client's language, ISO 639-1.
    language: Option<String>,
    /// The team responsible.
    team: Option<String>,
    /// Its tags, sorted.
    tags: Vec<String>,
    /// When the client asked.
    opened_at: DateTime<Utc>,
    /// When the last thing happened.
    updated_at: DateTime<Utc>,
    /// When to look again, while it is on hold until a time.
    hold_until: Option<DateTime<Utc>>,
    /// Since when the client waits for a word from us; null when we wrote last or the work is done.
    waiting_since: Option<DateTime<Utc>>,
    /// The time promised to the client, or the start of the window promised.
    appointed_for: Option<DateTime<Utc>>,
    /// The end of that window: the promise is kept until then. The same as `appointedFor` where a moment was
    /// promised.
    appointed_until: Option<DateTime<Utc>>,
    /// How often that time was moved.
    redate_count: i32,
    /// Messages both ways.
    message_count: i32,
    /// Internal notes.
    note_count: i32,
    /// Call attempts both ways.
    call_count: i32,
    /// Handovers requested.
    handover_count: i32,
    /// How often it was reopened.
    reopen_count: i32,
    /// The first message to the client, a bot's included.
    first_reply_at: Option<DateTime<Utc>>,
    /// The first message of a person to the client.
    first_response_at: Option<DateTime<Utc>>,
    /// When it was last resolved; null if it was reopened since.
    resolved_at: Option<DateTime<Utc>>,
    /// When it was closed; null if it was reopened since.
    closed_at: Option<DateTime<Utc>>,
    /// How far the open handover is; null when there is none.
    open_handover_phase: Option<HandoverPhase>,
    /// The newest rating's mean score, in hundredths: 450 is 4.5.
    rating_score: Option<i32>,
    /// How many events it has; pass it as `expectedVersion` to change only what you have seen.
    version: i32,
    /// The position of its last event.
    position: Position,
}

impl From<Arc<Row>> for Consultation {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Consultation, row.id),
            topic: row.topic.clone(),
            status: row.status.into(),
            status_since: row.status_since,
            priority: row.priority.into(),
            channel: row.channel.into(),
            language: row.language.clone(),
            team: row.team.clone(),
            tags: row.tags.clone(),
            opened_at: row.opened_at,
            updated_at: row.updated_at,
            hold_until: row.hold_until,
            waiting_since: row.waiting_since,
            appointed_for: row.appointed_for,
            appointed_until: row.appointed_until,
            redate_count: row.redate_count,
            message_count: row.message_count,
            note_count: row.note_count,
            call_count: row.call_count,
            handover_count: row.handover_count,
            reopen_count: row.reopen_count,
            first_reply_at: row.first_reply_at,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            closed_at: row.closed_at,
            open_handover_phase: row.open_handover.map(Into::into),
            rating_score: row.rating_score,
            version: row.version,
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Consultation {
    /// The consultation with this id, if the caller's workspace has it.
    pub async fn load(ctx: &Context<'_>, id: ConsultationId) -> Result<Option<Self>, Fault> {
        Ok(loaders(ctx)?.consultations.load(id.uuid()).await?.map(Self::from))
    }

    /// The consultation as it was.
    pub(in crate::graphql) fn at(then: &Arc<Snapshot>) -> Self {
        Self { then: Some(Arc::clone(then)), ..Self::from(Arc::clone(&then.consultation)) }
    }

    /// The one that a part belongs to: as it was together with the part, or as it is.
    pub(super) async fn of_part(
        ctx: &Context<'_>,
        id: ConsultationId,
        then: Option<&Arc<Snapshot>>,
    ) -> Result<Option<Self>, Fault> {
        match then {
            Some(then) => Ok(Some(Self::at(then))),
            None => Self::load(ctx, id).await,
        }
    }
}

#[ComplexObject]
impl Consultation {
    /// Who asks; null until known.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        let Some(client) = self.row.client_id else { return Ok(None) };
        Ok(loaders(ctx)?.clients.load(client.uuid()).await?.map(Client::from))
    }

    /// The manager responsible.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(manager) = self.row.assignee else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(manager.uuid()).await?.map(Manager::from))
    }

    /// What its page shows beyond a list: description, attributes, references, resolution.
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<ConsultationDetail>, Fault> {
        if let Some(then) = &self.then {
            return Ok(then.detail.clone().map(ConsultationDetail::from));
        }
        let detail = loaders(ctx)?.details.load(self.row.id.uuid()).await?;
        Ok(detail.map(ConsultationDetail::from))
    }

    /// The consultation that carries on in its place, if it was merged.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        let Some(target) = self.row.merged_into else { return Ok(None) };
        Self::load(ctx, target).await
    }

    /// The open handover.
    async fn open_handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(handover) = self.row.open_handover_id else { return Ok(None) };
        Handover::load(ctx, handover.uuid(), self.then.as_ref()).await
    }

    /// Its clocks: what service levels promise, how much time is left, and why something is late. In the order in
    /// which they began; read from the log, so never behind.
    async fn clocks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As of this time, by what is known now; now if none is given.")] at: Option<
            DateTime<Utc>,
        >,
    ) -> Result<Vec<Clock>, Fault> {
        check_time("clocks", "at", at)?;
        let at = at.unwrap_or(ctx.data::<Arc<dyn ServerClock>>()?.now());
        let (levels, workspace) = (ctx.data::<ServiceLevels>()?, ctx.data::<Caller>()?.workspace_id);
        let clocks = levels.clocks(workspace, self.row.id, at).await?;
        Ok(clocks.into_iter().map(Clock::from).collect())
    }

    /// Its handovers, oldest first.
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HandoverFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Handover>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, handovers::Order::RequestedAt.keyset(false));
        if let Some(then) = &self.then {
            let show = |row| Handover::at(row, then);
            let below = &loaders(ctx)?.handovers_below;
            return paging::listing_given(below, &then.handovers, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.handovers_below, parent, filter, order, &paging).await
    }

    /// The moves of its promised time, oldest first.
    async fn redates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RedateFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Redate>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, redates::Order::RedatedAt.keyset(false));
        if let Some(then) = &self.then {
            let show = |row| Redate::at(row, then);
            let below = &loaders(ctx)?.redates_below;
            return paging::listing_given(below, &then.redates, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.redates_below, parent, filter, order, &paging).await
    }

    /// Its call attempts, oldest first.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: CallFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Call>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, calls::keyset(false));
        if let Some(then) = &self.then {
            let show = |row| Call::at(row, then);
            let below = &loaders(ctx)?.calls_below;
            return paging::listing_given(below, &then.calls, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.calls_below, parent, filter, order, &paging).await
    }

    /// Its ratings, the one that changed longest ago first.
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RatingFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Rating>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, ratings::Order::ChangedAt.keyset(false));
        if let Some(then) = &self.then {
            let show = |row| Rating::at(row, then);
            let below = &loaders(ctx)?.ratings_below;
            return paging::listing_given(below, &then.ratings, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.ratings_below, parent, filter, order, &paging).await
    }

    /// Its messages both ways, in the order in which they were recorded.
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: MessageFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Message>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, messages::keyset(false));
        if let Some(then) = &self.then {
            let show = |row| Message::at(row, then);
            let below = &loaders(ctx)?.messages_below;
            return paging::listing_given(below, &then.messages, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.messages_below, parent, filter, order, &paging).await
    }

    /// Its timeline, in the order of the log.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: HistoryFilter,
        #[graphql(desc = "How many from the start, 1 to 100; the latest 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<HistoryEntry>, Fault> {
        let paging = Paging { first, after, last, before }.latest();
        let (filter, order) = (filter.read()?, history::keyset(false));
        if let Some(then) = &self.then {
            let show = Into::into;
            let below = &loaders(ctx)?.entries_below;
            return paging::listing_given(below, &then.entries, filter, order, &paging, show).await;
        }
        let parent = ("t.consultation_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.entries_below, parent, filter, order, &paging).await
    }
}
