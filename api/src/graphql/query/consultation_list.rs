//! `consultations`.

use async_graphql::{Context, Enum, ID, InputObject, InputType as _, InputValueError, Object, Pos, Value};
use ledgerdesk_domain::id::ViewId;
use ledgerdesk_projections::{
    consultation_list::{Filter, Order, Row, rank},
    consultation_versions,
    read::{Keyset, Test},
    search::MATCHES_TEXT,
};

use super::condition::{
    self, Branches, ConditionInput, EnumTest, IdTest, NumberTest, SearchTest, Tests, TextTest, TimeTest,
    WordsTest,
};
use super::{
    consultation::READ_MODELS,
    input::{self, OrderDirection, TimeRangeInput},
};
use crate::graphql::{
    as_of::{AsOf, Cut},
    as_of_list::{self, Asked, Ordered},
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        consultation::Consultation,
        enums::{Channel, Priority, Status},
        loaders,
        position::Position,
        view::View,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of consultations. Everything given must hold; a list asks for one of its values. At
/// most 100 values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct ConsultationFilter {
    /// In one of these stages.
    status: Option<Vec<Status>>,
    /// Of one of these urgencies.
    priority: Option<Vec<Priority>>,
    /// Came in over one of these.
    channel: Option<Vec<Channel>>,
    /// Held by one of these managers.
    assignee: Option<Vec<ID>>,
    /// Held by nobody; `false` asks for those that somebody holds.
    unassigned: Option<bool>,
    /// Of one of these teams.
    team: Option<Vec<String>>,
    /// Of one of these clients.
    client: Option<Vec<ID>>,
    /// With all of these tags.
    tags: Option<Vec<String>>,
    /// Opened in this span.
    opened: Option<TimeRangeInput>,
    /// Last changed in this span.
    updated: Option<TimeRangeInput>,
    /// Closed in this span.
    closed: Option<TimeRangeInput>,
    /// With an open handover; `false` asks for those without.
    has_open_handover: Option<bool>,
    /// Words of the topic, the description or a message, in Russian or English, in any inflection; quotes, `or` and `-`
    /// work as in a web search.
    text: Option<String>,
    /// Also those that were merged into another one; they are left out otherwise.
    #[graphql(default)]
    include_merged: bool,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<ConsultationCondition>,
}

/// A condition on consultations, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ConsultationCondition {
    /// The stage.
    status: Option<EnumTest<Status>>,
    /// The urgency.
    priority: Option<EnumTest<Priority>>,
    /// The urgency as a number: 1 low, 2 normal, 3 high, 4 urgent.
    priority_rank: Option<NumberTest>,
    /// Where it came in.
    channel: Option<EnumTest<Channel>>,
    /// The manager who holds it.
    assignee: Option<IdTest>,
    /// Who asks.
    client: Option<IdTest>,
    /// The team responsible.
    team: Option<TextTest>,
    /// The client's language, ISO 639-1.
    language: Option<TextTest>,
    /// Its tags.
    tags: Option<WordsTest>,
    /// When the client asked.
    opened_at: Option<TimeTest>,
    /// When the last thing happened.
    updated_at: Option<TimeTest>,
    /// When it was last resolved.
    resolved_at: Option<TimeTest>,
    /// When it was closed.
    closed_at: Option<TimeTest>,
    /// The time promised.
    appointed_for: Option<TimeTest>,
    /// Since when the client waits for a word from us.
    waiting_since: Option<TimeTest>,
    /// The first message of a person to the client.
    first_response_at: Option<TimeTest>,
    /// Messages both ways.
    message_count: Option<NumberTest>,
    /// How often it was reopened.
    reopen_count: Option<NumberTest>,
    /// How often its promised time was moved.
    redate_count: Option<NumberTest>,
    /// The newest rating's mean score, in hundredths.
    rating_score: Option<NumberTest>,
    /// With an open handover; `false` asks for those without.
    has_open_handover: Option<bool>,
    /// Words of the topic, the description or a message.
    text: Option<SearchTest>,
    /// Every one of these holds.
    and: Option<Vec<ConsultationCondition>>,
    /// At least one of these holds.
    or: Option<Vec<ConsultationCondition>>,
    /// This does not hold.
    not: Option<Box<ConsultationCondition>>,
}

impl ConditionInput for ConsultationCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.wire::<_, ledgerdesk_domain::consultation::Status>("t.status", self.status)?;
        tests.mapped(
            "t.priority_rank",
            self.priority,
            |priority| rank(priority.into()).into(),
            Test::Numbers,
        )?;
        tests.number("t.priority_rank", self.priority_rank)?;
        tests.wire::<_, ledgerdesk_domain::consultation::Channel>("t.channel", self.channel)?;
        tests.id("assignee", NodeKind::Manager, "t.assignee", self.assignee)?;
        tests.id("client", NodeKind::Client, "t.client_id", self.client)?;
        tests.text("team", "t.team", self.team)?;
        tests.text("language", "t.language", self.language)?;
        tests.words("tags", "t.tags", self.tags)?;
        tests.time("openedAt", "t.opened_at", self.opened_at)?;
        tests.time("updatedAt", "t.updated_at", self.updated_at)?;
        tests.time("resolvedAt", "t.resolved_at", self.resolved_at)?;
        tests.time("closedAt", "t.closed_at", self.closed_at)?;
        tests.time("appointedFor", "t.appointed_for", self.appointed_for)?;
        tests.time("waitingSince", "t.waiting_since", self.waiting_since)?;
        tests.time("firstResponseAt", "t.first_response_at", self.first_response_at)?;
        tests.number("t.message_count", self.message_count)?;
        tests.number("t.reopen_count", self.reopen_count)?;
        tests.number("t.redate_count", self.redate_count)?;
        tests.number("t.rating_score", self.rating_score)?;
        tests.holds("t.open_handover is not null", self.has_open_handover);
        tests.search("text", MATCHES_TEXT, self.text)?;
        Ok(())
    }
}

impl ConsultationFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            statuses: input::list("filter.status", self.status)?,
            priorities: input::list("filter.priority", self.priority)?,
            channels: input::list("filter.channel", self.channel)?,
            assignees: input::ids("filter.assignee", NodeKind::Manager, self.assignee)?,
            unassigned: self.unassigned,
            teams: input::texts("filter.team", self.team)?,
            clients: input::ids("filter.client", NodeKind::Client, self.client)?,
            tags: input::texts("filter.tags", self.tags)?,
            opened: input::range("filter.opened", self.opened)?,
            updated: input::range("filter.updated", self.updated)?,
            closed: input::range("filter.closed", self.closed)?,
            open_handover: self.has_open_handover,
            merged: (!self.include_merged).then_some(false),
            text: input::text("filter.text", self.text)?,
            condition: condition::read(self.condition)?,
            also: None,
        })
    }
}

/// The filter of the list from its JSON, for whoever takes the same by another way.
pub(crate) fn consultation_filter(input: serde_json::Value) -> Result<Filter, Fault> {
    let input = Value::from_json(input).map_err(|error| Fault::internal(&error))?;
    let filter = ConsultationFilter::parse(Some(input));
    let refused =
        |error: InputValueError<_>| Fault::bad_input(error.into_server_error(Pos::default()).message);
    filter.map_err(refused)?.read()
}

/// What consultations can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::consultation_list::Order")]
pub(super) enum ConsultationOrderField {
    /// When the client asked.
    OpenedAt,
    /// When the last thing happened.
    UpdatedAt,
    /// How urgent it is.
    Priority,
    /// The time promised; consultations without one are left out.
    AppointedFor,
    /// When it was closed; consultations that are not closed are left out.
    ClosedAt,
    /// Since when the client waits for a word from us; consultations that wait for nobody are left out.
    WaitingSince,
}

/// The order of a list of consultations. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(in crate::graphql) struct ConsultationOrder {
    /// What to order by.
    field: ConsultationOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

/// Newest change first.
impl Default for ConsultationOrder {
    fn default() -> Self {
        Self { field: ConsultationOrderField::UpdatedAt, direction: OrderDirection::Desc }
    }
}

impl ConsultationOrder {
    /// The same in a list of the past; nothing where versions do not hold what it orders by.
    pub(in crate::graphql) fn past(self) -> Option<Keyset> {
        consultation_versions::keyset(Order::from(self.field), self.direction.is_descending())
    }

    /// Its name in the schema.
    pub(in crate::graphql) fn name(self) -> String {
        self.field.to_value().to_string()
    }

    pub(in crate::graphql) fn keyset(self) -> Keyset {
        Order::from(self.field).keyset(self.direction.is_descending())
    }
}

#[derive(Default)]
pub(super) struct ConsultationListQuery;

#[Object]
impl ConsultationListQuery {
    /// Consultations, a page at a time; those with the newest change first unless asked otherwise.
    ///
    /// With `asOf` or `asKnownAt`, the list, its order and its `totalCount` are those of that moment, and each
    /// consultation is shown as `consultation(id, asOf)` shows it; those opened last come first. It is narrowed and
    /// ordered by what is kept of the past: code `AS_OF_UNSUPPORTED`, which says what that is, for anything else.
    /// `AS_OF_AHEAD` for a moment that has not come; before anything was opened, the list is empty. Cursors belong to
    /// their moment.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ConsultationFilter,
        #[graphql(
            desc = "A saved view, whose filter must hold as well and whose order is taken if none is given."
        )]
        view: Option<ID>,
        #[graphql(desc = "In which order.")] order_by: Option<ConsultationOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
        #[graphql(
            desc = "As of this moment. `position: P`: as the first P events of the log leave it. `time: T`: \
                          what had happened by T, facts included that were recorded later."
        )]
        as_of: Option<AsOf>,
        #[graphql(
            desc = "Only what was recorded by then: with `asOf: {time: T}`, what was known of T at that \
                          moment; alone, the list as it was shown then."
        )]
        as_known_at: Option<AsOf>,
    ) -> Result<Listing<Consultation>, Fault> {
        let cut = Cut::read(ctx, ("asOf", as_of), ("asKnownAt", as_known_at)).await?;
        let mut filter = filter.read()?;
        let mut order = order_by.map(|order| Ordered { order, by: "orderBy" });
        let view: Option<ViewId> = view.map(|id| input::id("view", NodeKind::View, &id)).transpose()?;
        settle(ctx, READ_MODELS, min_position).await?;
        if let Some(view) = view {
            settle(ctx, &["views"], min_position).await?;
            let view = View::load(ctx, view).await?.ok_or(Fault::NotFound { what: "view" })?;
            let (also, its_order) = view.read()?;
            filter.also = Some(Box::new(also.read()?));
            order = order.or(its_order.map(|order| Ordered { order, by: "view: orderBy" }));
        }
        let paging = Paging { first, after, last, before };
        if !cut.is_now() {
            return as_of_list::listing(ctx, cut, Asked { filter, order }, &paging).await;
        }
        let keyset = order.map(|ordered| ordered.order).unwrap_or_default().keyset();
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
