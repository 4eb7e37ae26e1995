//! Who is asking.

use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use uuid::Uuid;

/// What an API key may do. The stored name is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// The authenticated caller of one request; put into every GraphQL request's data.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The workspace that the key belongs to. Every read and write is confined to it.
    pub workspace_id: WorkspaceId,
    /// The key.
    pub key_id: Uuid,
    /// What it may do.
    pub role: Role,
    /// Who acts, as recorded in events.
    pub actor: Actor,
    /// The request, for logs, errors and `correlation_id`.
    pub request_id: Uuid,
    /// The language for messages to people.
    pub language: Language,
}

/// A language of user-facing texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}
