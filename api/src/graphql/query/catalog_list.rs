//! `catalogs`.

use async_graphql::{Context, Enum, InputObject, Object};
use ledgerdesk_domain::consultation::CatalogReference;
use ledgerdesk_projections::catalogs::{Filter, Order, Row};

use super::input::{self, OrderDirection};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{catalog::CatalogEntry, loaders, position::Position},
    paging::{self, Listing, Paging},
};

/// What narrows a catalog. Everything given must hold; a list asks for one of its values. At most 100 values a
/// list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct CatalogFilter {
    /// Can be chosen; `false` asks for those that were retired.
    active: Option<bool>,
    /// With one of these ids in the system that they come from.
    external_id: Option<Vec<String>>,
    /// Below this entry.
    parent: Option<CatalogParentInput>,
    /// Words of the title, in Russian or English, in any inflection; quotes, `or` and `-` work as in a web search.
    text: Option<String>,
}

/// An entry of a catalog, by name.
#[derive(Debug, Clone, Default, InputObject)]
struct CatalogParentInput {
    /// The catalog, such as `product`.
    kind: String,
    /// Its id in the system that it comes from.
    external_id: String,
}

impl CatalogFilter {
    fn read(self, kind: String) -> Result<Filter, Fault> {
        let parent = self.parent.unwrap_or_default();
        let catalog = input::text("filter.parent.kind", Some(parent.kind))?.filter(|kind| !kind.is_empty());
        let key = input::text("filter.parent.externalId", Some(parent.external_id))?;
        Ok(Filter {
            kind: input::text("kind", Some(kind))?.unwrap_or_default(),
            active: self.active,
            external_ids: input::texts("filter.externalId", self.external_id)?,
            parent: catalog.zip(key).map(|(catalog, key)| CatalogReference { catalog, key }),
            text: input::text("filter.text", self.text)?,
        })
    }
}

/// What a catalog can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::catalogs::Order")]
pub(super) enum CatalogOrderField {
    /// When an entry was defined.
    DefinedAt,
    /// Where in the log the last thing happened to it.
    Position,
}

/// The order of a catalog. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct CatalogOrder {
    /// What to order by.
    field: CatalogOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

impl CatalogOrder {
    const DEFAULT: Self = Self { field: CatalogOrderField::DefinedAt, direction: OrderDirection::Asc };
}

#[derive(Default)]
pub(super) struct CatalogListQuery;

#[Object]
impl CatalogListQuery {
    /// The entries of a catalog, in the order of their definition unless asked otherwise; retired ones too, unless
    /// the filter leaves them out. A catalog that nobody has defined is empty.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn catalogs(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The catalog: `product`, `section`, `question`, `article`, `obstacle` or another one."
        )]
        kind: String,
        #[graphql(desc = "Which entries.", default)] filter: CatalogFilter,
        #[graphql(desc = "In which order.")] order_by: Option<CatalogOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<CatalogEntry>, Fault> {
        let filter = filter.read(kind)?;
        let order = order_by.unwrap_or(CatalogOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["catalogs"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
