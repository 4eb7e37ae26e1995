//! `managers`.

use async_graphql::{Context, Enum, InputObject, Object};
use ledgerdesk_projections::managers::{Filter, Order, Row};

use super::input::{self, OrderDirection};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{enums::Availability, loaders, manager::Manager, position::Position},
    paging::{self, Listing, Paging},
};

/// What narrows a list of managers. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ManagerFilter {
    /// Of one of these teams.
    team: Option<Vec<String>>,
    /// With all of these skills.
    skills: Option<Vec<String>>,
    /// Of one of these.
    availability: Option<Vec<Availability>>,
    /// Registered and not deactivated; `false` asks for the others.
    active: Option<bool>,
    /// With room for another open consultation; `false` asks for those without.
    has_room: Option<bool>,
}

impl ManagerFilter {
    fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            teams: input::texts("filter.team", self.team)?,
            skills: input::texts("filter.skills", self.skills)?,
            availabilities: input::list("filter.availability", self.availability)?,
            active: self.active,
            has_room: self.has_room,
        })
    }
}

/// What managers can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::managers::Order")]
pub(super) enum ManagerOrderField {
    /// When the manager was first heard of.
    FirstSeenAt,
    /// How many open consultations.
    OpenConsultations,
    /// How many consultations the manager resolved.
    Resolved,
}

/// The order of a list of managers. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct ManagerOrder {
    /// What to order by.
    field: ManagerOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl ManagerOrder {
    const DEFAULT: Self = Self { field: ManagerOrderField::FirstSeenAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct ManagerListQuery;

#[Object]
impl ManagerListQuery {
    /// Managers and their load, the newest first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn managers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ManagerFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ManagerOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Manager>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(ManagerOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["managers"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
