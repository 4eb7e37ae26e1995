//! Identifiers that are the same in every run: the same row of the same source is the same event.

use ledgerdesk_domain::{
    id::{ClientId, ConsultationId, EventId, ManagerId, WorkspaceId},
    stream::StreamVersion,
};
use uuid::Uuid;

/// Makes identifiers within a workspace and an origin (a mapping's name, or the demo's seed).
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    workspace: Uuid,
    origin: String,
}

impl Ids {
    /// Ids of this origin in this workspace.
    pub(crate) fn new(workspace_id: WorkspaceId, origin: impl Into<String>) -> Self {
        Self { workspace: workspace_id.uuid(), origin: origin.into() }
    }

    /// The origin: the source system of every event and the beginning of every idempotency key.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    fn id(&self, kind: &str, name: &str) -> Uuid {
        Uuid::new_v5(&self.workspace, format!("{}:{kind}:{name}", self.origin).as_bytes())
    }

    /// The consultation that a case becomes.
    pub(crate) fn consultation(&self, case: &str) -> ConsultationId {
        ConsultationId(self.id("consultation", case))
    }

    /// The manager that a person becomes.
    pub(crate) fn manager(&self, person: &str) -> ManagerId {
        ManagerId(self.id("manager", person))
    }

    /// The client that somebody who asks becomes.
    pub(crate) fn client(&self, client: &str) -> ClientId {
        ClientId(self.id("client", client))
    }

    /// What all events of this origin belong to.
    pub(crate) fn correlation(&self) -> Uuid {
        self.id("correlation", "")
    }
}

/// A part of a consultation: the handover, call or message that a row tells of.
pub(crate) fn part(consultation: ConsultationId, kind: &str, number: u32) -> Uuid {
    Uuid::new_v5(&consultation.uuid(), format!("{kind}:{number}").as_bytes())
}

/// An event of a stream.
pub(crate) fn event(stream: Uuid, version: StreamVersion) -> EventId {
    EventId(Uuid::new_v5(&stream, format!("event:{}", version.0).as_bytes()))
}
