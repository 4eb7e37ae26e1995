//! The caller as the API shows it.

use async_graphql::{Enum, SimpleObject};
use uuid::Uuid;

use super::actor::Actor;
use crate::graphql::caller::{self, Caller, Language};

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "caller::Role")]
pub enum Role {
    /// Everything.
    Owner,
    /// Everything but keys of owners.
    Administrator,
    /// All consultations and all managers' work.
    Supervisor,
    /// Consultations.
    Manager,
    /// Talks to clients for the team.
    Bot,
    /// Reads read models and analytics.
    Analyst,
    /// Reads everything, the log included.
    Auditor,
    /// Another system that reads and writes consultations.
    Integration,
}

/// Who is asking.
#[derive(SimpleObject)]
pub struct Me {
    /// What the key may do.
    role: Role,
    /// Who acts with it, as recorded in events.
    actor: Actor,
    /// The API key, as a plain UUID.
    key: Uuid,
    /// The workspace that the key belongs to, as a plain UUID.
    workspace: Uuid,
    /// The language of messages to people, ISO 639-1.
    language: &'static str,
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        Self {
            role: caller.role.into(),
            actor: (&caller.actor).into(),
            key: caller.key_id,
            workspace: caller.workspace_id.uuid(),
            language: match caller.language {
                Language::En => "en",
                Language::Ru => "ru",
            },
        }
    }
}
