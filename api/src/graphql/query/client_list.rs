//! `clients`.

use async_graphql::{Context, Enum, InputObject, Object};
use ledgerdesk_projections::clients::{Filter, Order, Row};

use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{client::Client, enums::ClientKind, loaders, position::Position},
    paging::{self, Listing, Paging},
};

/// What narrows a list of clients. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ClientFilter {
    /// Person or organisation.
    kind: Option<ClientKind>,
    /// Words of the name or the company.
    name: Option<String>,
    /// Reached by exactly this number (`+` and digits), address or chat.
    contact: Option<String>,
    /// With open consultations; `false` asks for those without.
    has_open: Option<bool>,
    /// Forgotten; `false` asks for those who are not.
    erased: Option<bool>,
    /// Last heard of in this span.
    last_contact: Option<TimeRangeInput>,
}

impl ClientFilter {
    fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            kind: self.kind.map(Into::into),
            name: input::text("filter.name", self.name)?,
            contact: input::text("filter.contact", self.contact)?,
            has_open: self.has_open,
            erased: self.erased,
            last_contact: input::range("filter.lastContact", self.last_contact)?,
        })
    }
}

/// What clients can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::clients::Order")]
pub(super) enum ClientOrderField {
    /// When the client was first heard of.
    FirstSeenAt,
    /// When the client last asked, wrote or called; clients who never did are left out.
    LastContactAt,
    /// How many consultations.
    Consultations,
    /// How many open ones.
    OpenConsultations,
}

/// The order of a list of clients. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct ClientOrder {
    /// What to order by.
    field: ClientOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl ClientOrder {
    const DEFAULT: Self = Self { field: ClientOrderField::FirstSeenAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct ClientListQuery;

#[Object]
impl ClientListQuery {
    /// Clients, the newest first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ClientFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ClientOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Client>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(ClientOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["clients"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
