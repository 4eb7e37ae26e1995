//! `history`.

use async_graphql::{Context, ID, InputObject, Object};
use ledgerdesk_domain::id::ConsultationId;
use ledgerdesk_projections::history::{Filter, Row, keyset};
use uuid::Uuid;

use super::input::{self, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::{self, NodeKind},
    model::{
        consultation::Consultation,
        enums::ActorKind,
        history::{HistoryEntry, HistoryKind},
        loaders,
        position::Position,
    },
    paging::{self, Listing, Paging},
};

/// What narrows a timeline. Everything given must hold; a list asks for one of its values. At most 100 values
/// a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct HistoryFilter {
    /// Entries about one of these.
    kind: Option<Vec<HistoryKind>>,
    /// Done by one of these kinds of parties.
    actor_kind: Option<Vec<ActorKind>>,
    /// Done by one of these managers or clients.
    actor: Option<Vec<ID>>,
    /// Happened in this span.
    occurred: Option<TimeRangeInput>,
}

impl HistoryFilter {
    fn read(self, consultation: ConsultationId) -> Result<Filter, Fault> {
        let actors: Vec<ID> = input::list("filter.actor", self.actor)?;
        Ok(Filter {
            consultation,
            kinds: input::list("filter.kind", self.kind)?,
            actor_kinds: input::list("filter.actorKind", self.actor_kind)?,
            actors: actors.iter().map(person).collect::<Result<_, _>>()?,
            occurred: input::range("filter.occurred", self.occurred)?,
        })
    }
}

/// A manager or a client.
fn person(id: &ID) -> Result<Uuid, Fault> {
    match global_id::decode(id)? {
        (NodeKind::Manager | NodeKind::Client, id) => Ok(id),
        _ => Err(Fault::bad_input("`filter.actor` takes ids of managers and clients")),
    }
}

#[derive(Default)]
pub(super) struct HistoryQuery;

#[Object]
impl HistoryQuery {
    /// The timeline of a consultation, in the order of the log; `first` and `after` read it forward, `last` and
    /// `before` from its end. Code `NOT_FOUND` if this workspace has no such consultation.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose timeline.")] consultation_id: ID,
        #[graphql(desc = "Which entries.", default)] filter: HistoryFilter,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Option<Listing<HistoryEntry>>, Fault> {
        let consultation = input::id("consultationId", NodeKind::Consultation, &consultation_id)?;
        let filter = filter.read(consultation)?;
        settle(ctx, &["history", "consultation_list"], min_position).await?;
        if Consultation::load(ctx, consultation).await?.is_none() {
            return Err(Fault::NotFound { what: "consultation" });
        }
        let paging = Paging { first, after, last, before };
        Ok(Some(paging::listing::<Row, _>(loaders(ctx)?, filter, keyset(false), &paging).await?))
    }
}
