//! `configurationLog`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_domain::event::schema_version;
use ledgerdesk_projections::configuration::{Filter, Row, keyset};

use super::{
    history::person,
    input::{self, OrderDirection, TimeRangeInput},
};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::{self, NodeKind},
    model::{
        configuration::ConfigurationChange, enums::ActorKind, event::StreamType, loaders, position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows the changes of how a workspace is set up. Everything given must hold; a list asks for one of its
/// values. At most 100 values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct ConfigurationFilter {
    /// Of things of one of these kinds.
    subject_kind: Option<Vec<StreamType>>,
    /// Of one of these managers or entries of catalogs.
    subject: Option<Vec<ID>>,
    /// By events of one of these types, by their permanent wire names, such as `WorkspaceSettingsChanged`.
    event_type: Option<Vec<String>>,
    /// Done by one of these kinds of parties.
    actor_kind: Option<Vec<ActorKind>>,
    /// Done by one of these managers or clients.
    actor: Option<Vec<ID>>,
    /// Happened in this span.
    occurred: Option<TimeRangeInput>,
    /// Recorded in this span.
    recorded: Option<TimeRangeInput>,
}

impl ConfigurationFilter {
    fn read(self) -> Result<Filter, Fault> {
        let actors: Vec<ID> = input::list("filter.actor", self.actor)?;
        let subjects: Vec<ID> = input::list("filter.subject", self.subject)?;
        let event_types = input::texts("filter.eventType", self.event_type)?;
        if let Some(unknown) = event_types.iter().find(|name| schema_version(name).is_none()) {
            let message =
                format!("`filter.eventType`: there is no event type {unknown}; docs/events.md lists them");
            return Err(Fault::BadInput { message });
        }
        Ok(Filter {
            kinds: input::list("filter.subjectKind", self.subject_kind)?,
            subjects: subjects.iter().map(subject).collect::<Result<_, _>>()?,
            event_types,
            actor_kinds: input::list("filter.actorKind", self.actor_kind)?,
            actors: actors.iter().map(person).collect::<Result<_, _>>()?,
            occurred: input::range("filter.occurred", self.occurred)?,
            recorded: input::range("filter.recorded", self.recorded)?,
        })
    }
}

/// A manager or an entry of a catalog.
fn subject(id: &ID) -> Result<uuid::Uuid, Fault> {
    match global_id::decode(id)? {
        (NodeKind::Manager | NodeKind::CatalogEntry, id) => Ok(id),
        _ => Err(Fault::bad_input("`filter.subject` takes ids of managers and of entries of catalogs")),
    }
}

#[derive(Default)]
pub(super) struct ConfigurationLogQuery;

#[Object]
impl ConfigurationLogQuery {
    /// Who changed how the workspace is set up: settings, questionnaires, views, managers, entries of catalogs. The
    /// newest first unless asked otherwise. Changes of roles, keys and invitations are in `accessLog`.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn configuration_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which changes.", default)] filter: ConfigurationFilter,
        #[graphql(desc = "Which end comes first.", default_with = "OrderDirection::Desc")]
        order: OrderDirection,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<ConfigurationChange>, Fault> {
        let filter = filter.read()?;
        settle(ctx, &["configuration"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(order.is_descending()), &paging).await
    }
}
