//! `consultations`.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use ledgerdesk_projections::consultation_list::{Filter, Order, Row};

use super::{
    consultation::READ_MODELS,
    input::{self, OrderDirection, TimeRangeInput},
};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        consultation::Consultation,
        enums::{Channel, Priority, Status},
        loaders,
        position::Position,
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
    /// With an open handover; `false` asks for those without.
    has_open_handover: Option<bool>,
    /// Words of the topic or the description, in Russian or English, in any inflection; quotes, `or` and `-`
    /// work as in a web search.
    text: Option<String>,
    /// Also those that were merged into another one; they are left out otherwise.
    #[graphql(default)]
    include_merged: bool,
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
            open_handover: self.has_open_handover,
            merged: (!self.include_merged).then_some(false),
            text: input::text("filter.text", self.text)?,
        })
    }
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
}

/// The order of a list of consultations. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct ConsultationOrder {
    /// What to order by.
    field: ConsultationOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl ConsultationOrder {
    /// Newest change first.
    const DEFAULT: Self = Self { field: ConsultationOrderField::UpdatedAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct ConsultationListQuery;

#[Object]
impl ConsultationListQuery {
    /// Consultations, a page at a time; those with the newest change first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ConsultationFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ConsultationOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Consultation>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(ConsultationOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, READ_MODELS, min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
