//! `clients`.

use async_graphql::{Context, Enum, InputObject, Object};
use ledgerdesk_projections::clients::{Filter, NAMED, Order, Row};

use super::condition::{
    self, Branches, ConditionInput, EnumTest, NumberTest, SearchTest, Tests, TextTest, TimeTest,
};
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
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<ClientCondition>,
}

/// A condition on clients, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct ClientCondition {
    /// Person or organisation.
    kind: Option<EnumTest<ClientKind>>,
    /// Words of the name or the company, as they are written.
    name: Option<SearchTest>,
    /// ISO 639-1.
    language: Option<TextTest>,
    /// Consultations of whatever status.
    consultation_count: Option<NumberTest>,
    /// Consultations that somebody still has work with.
    open_consultation_count: Option<NumberTest>,
    /// When the client was first heard of.
    first_seen_at: Option<TimeTest>,
    /// When the client last asked, wrote or called.
    last_contact_at: Option<TimeTest>,
    /// When the client was registered.
    registered_at: Option<TimeTest>,
    /// When the client was forgotten.
    erased_at: Option<TimeTest>,
    /// Every one of these holds.
    and: Option<Vec<ClientCondition>>,
    /// At least one of these holds.
    or: Option<Vec<ClientCondition>>,
    /// This does not hold.
    not: Option<Box<ClientCondition>>,
}

impl ConditionInput for ClientCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.wire::<_, ledgerdesk_domain::client::ClientKind>("t.kind", self.kind)?;
        tests.search("name", NAMED, self.name)?;
        tests.text("language", "t.language", self.language)?;
        tests.number("t.consultation_count", self.consultation_count)?;
        tests.number("t.open_consultation_count", self.open_consultation_count)?;
        tests.time("firstSeenAt", "t.first_seen_at", self.first_seen_at)?;
        tests.time("lastContactAt", "t.last_contact_at", self.last_contact_at)?;
        tests.time("registeredAt", "t.registered_at", self.registered_at)?;
        tests.time("erasedAt", "t.erased_at", self.erased_at)?;
        Ok(())
    }
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
            condition: condition::read(self.condition)?,
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
