//! Who did something.

use async_graphql::{Context, ID, Object};
use ledgerdesk_domain::context::{Actor as DomainActor, ActorKind as DomainActorKind};
use uuid::Uuid;

use super::{client::Client, enums::ActorKind, id, loaders, manager::Manager};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// Who did something: a manager, a client, a bot, another system or Ledgerdesk itself.
pub struct Actor {
    kind: DomainActorKind,
    id: Option<Uuid>,
}

impl Actor {
    /// The party with this kind and id.
    pub const fn new(kind: DomainActorKind, id: Option<Uuid>) -> Self {
        Self { kind, id }
    }
}

impl From<&DomainActor> for Actor {
    fn from(actor: &DomainActor) -> Self {
        Self::new(actor.kind, actor.id)
    }
}

/// Who did something: a manager, a client, a bot, another system or Ledgerdesk itself.
#[Object]
impl Actor {
    /// What kind of party it is.
    async fn kind(&self) -> ActorKind {
        self.kind.into()
    }

    /// The manager's or client's id; null for programs and for a client whom nobody knows yet.
    async fn id(&self) -> Option<ID> {
        match self.kind {
            DomainActorKind::Manager => self.id.map(|manager| id(NodeKind::Manager, manager)),
            DomainActorKind::Client => self.id.map(|client| id(NodeKind::Client, client)),
            DomainActorKind::Bot | DomainActorKind::Integration | DomainActorKind::System => None,
        }
    }

    /// The API key of a program, as a plain UUID; null for people and for Ledgerdesk itself.
    async fn key(&self) -> Option<Uuid> {
        match self.kind {
            DomainActorKind::Bot | DomainActorKind::Integration => self.id,
            DomainActorKind::Manager | DomainActorKind::Client | DomainActorKind::System => None,
        }
    }

    /// The manager, if it is one.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        match (self.kind, self.id) {
            (DomainActorKind::Manager, Some(id)) => {
                Ok(loaders(ctx)?.managers.load(id).await?.map(Manager::from))
            }
            _ => Ok(None),
        }
    }

    /// The client, if it is one whom we know.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        match (self.kind, self.id) {
            (DomainActorKind::Client, Some(id)) => {
                Ok(loaders(ctx)?.clients.load(id).await?.map(Client::from))
            }
            _ => Ok(None),
        }
    }
}
