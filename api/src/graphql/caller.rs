//! Who is asking.

use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use uuid::Uuid;

pub use ledgerdesk_infrastructure::auth::Role;

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

/// The entrance that a request came in by, as events record it: `graphql` where a request has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entrance(pub(crate) &'static str);

/// A language of user-facing texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}
