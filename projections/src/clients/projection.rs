//! Events → rows of `clients`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    client::{ClientEvent, ClientKind, ClientRegistered, Contact, ContactKind},
    consultation::{CallDirection, CallOutcome, ConsultationEvent, ExternalReference},
    event::{Event, Recorded},
    id::{ClientId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    personal::{known, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per client who registered or asked.
pub struct Clients;

static DEFINITION: Definition = Definition {
    name: "clients",
    version: 1,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "kind",
        "name",
        "company",
        "contacts",
        "language",
        "external_references",
        "consultation_count",
        "open_consultation_count",
        "first_seen_at",
        "registered_at",
        "last_contact_at",
        "erased_at",
        "last_position",
    ],
    key_column: "id",
    personal: &["name", "company", "contacts"],
    insert_only: false,
};

/// A way to reach a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// How.
    pub kind: ContactKind,
    /// The number, address or chat.
    pub value: String,
}

/// A client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which client.
    pub id: ClientId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// The client.
    pub person_id: PersonId,
    /// Person or organisation; unknown until registered.
    pub kind: Option<ClientKind>,
    /// The name, unless erased.
    pub name: Option<String>,
    /// The company, unless erased.
    pub company: Option<String>,
    /// Ways to reach the client; none where there are none, and none once erased.
    pub contacts: Option<Vec<ContactRow>>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The same client in other systems.
    pub external_references: Vec<ExternalReference>,
    /// Consultations, of whatever status.
    pub consultation_count: i32,
    /// Consultations that somebody still has work with.
    pub open_consultation_count: i32,
    /// When the client was first heard of.
    pub first_seen_at: DateTime<Utc>,
    /// When the client was registered.
    pub registered_at: Option<DateTime<Utc>>,
    /// When the client last asked, wrote, called or answered a call.
    pub last_contact_at: Option<DateTime<Utc>>,
    /// When the client was forgotten.
    pub erased_at: Option<DateTime<Utc>>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Clients {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        match &recorded.event {
            Event::Client(_) => keys.push(recorded.stream.id),
            Event::Consultation(event) => consultation_keys(event, recorded, keys),
            Event::Manager(_) | Event::Workspace(_) | Event::CatalogEntry(_) => {}
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let mut row = row.unwrap_or_else(|| heard_of(ClientId(key), recorded));
        match &recorded.event {
            Event::Client(event) => row.fold_client(event, recorded.occurred_at),
            Event::Consultation(event) => row.fold_consultation(event, recorded.occurred_at),
            Event::Manager(_) | Event::Workspace(_) | Event::CatalogEntry(_) => {}
        }
        row.last_position = recorded.position.0;
        Some(row)
    }
}

/// Whose counts the event changes.
fn consultation_keys(event: &ConsultationEvent, recorded: &Recorded, keys: &mut Vec<Uuid>) {
    match event {
        ConsultationEvent::ConsultationOpened(opened) => keys.extend(opened.client_id.map(ClientId::uuid)),
        ConsultationEvent::DetailsChanged(changed) => {
            if let Some(client) = changed.client_id {
                keys.push(client.uuid());
                keys.extend(changed.previous_client_id.map(ClientId::uuid));
            }
        }
        ConsultationEvent::MessageReceived(_)
        | ConsultationEvent::CallLogged(_)
        | ConsultationEvent::Resolved(_)
        | ConsultationEvent::Reopened(_)
        | ConsultationEvent::Cancelled(_)
        | ConsultationEvent::Merged(_)
        | ConsultationEvent::Unmerged(_) => {
            // The person is the client once one is known, and the consultation itself until then.
            let person = recorded.metadata.person_id.uuid();
            if person != recorded.stream.id {
                keys.push(person);
            }
        }
        _ => {}
    }
}

/// A client of whom only the id is known.
fn heard_of(id: ClientId, recorded: &Recorded) -> Row {
    Row {
        id,
        workspace_id: recorded.workspace_id,
        person_id: id.into(),
        kind: None,
        name: None,
        company: None,
        contacts: None,
        language: None,
        external_references: Vec::new(),
        consultation_count: 0,
        open_consultation_count: 0,
        first_seen_at: recorded.occurred_at,
        registered_at: None,
        last_contact_at: None,
        erased_at: None,
        last_position: recorded.position.0,
    }
}

/// None rather than an empty list, as an erasure leaves it.
fn contacts(contacts: &[Contact]) -> Option<Vec<ContactRow>> {
    let known: Vec<_> = contacts
        .iter()
        .filter_map(|contact| Some(ContactRow { kind: contact.kind, value: known(&contact.value)? }))
        .collect();
    (!known.is_empty()).then_some(known)
}

impl Row {
    fn fold_client(&mut self, event: &ClientEvent, at: DateTime<Utc>) {
        match event {
            ClientEvent::ClientRegistered(registered) => self.register(registered, at),
            ClientEvent::ClientDetailsChanged(changed) => {
                if changed.name.is_some() {
                    self.name = known_if_any(changed.name.as_ref());
                }
                if changed.company.is_some() {
                    self.company = known_if_any(changed.company.as_ref());
                }
                if changed.language.is_some() {
                    self.language.clone_from(&changed.language);
                }
            }
            ClientEvent::ContactsChanged(changed) => self.contacts = contacts(&changed.contacts),
            ClientEvent::ClientReferenceLinked(linked) => {
                self.external_references.push(linked.reference.clone());
            }
            ClientEvent::PersonErased(_) => {
                self.name = None;
                self.company = None;
                self.contacts = None;
                self.erased_at = Some(at);
            }
        }
    }

    fn register(&mut self, registered: &ClientRegistered, at: DateTime<Utc>) {
        self.kind = Some(registered.kind);
        self.name = known(&registered.name);
        self.company = known_if_any(registered.company.as_ref());
        self.contacts = contacts(&registered.contacts);
        self.language.clone_from(&registered.language);
        self.external_references.clone_from(&registered.references);
        self.registered_at = Some(at);
    }

    fn fold_consultation(&mut self, event: &ConsultationEvent, at: DateTime<Utc>) {
        match event {
            ConsultationEvent::ConsultationOpened(_) => {
                self.consultation_count += 1;
                self.open_consultation_count += 1;
                self.contacted(at);
            }
            ConsultationEvent::DetailsChanged(changed) => {
                let by = if changed.client_id == Some(self.id) { 1 } else { -1 };
                self.consultation_count += by;
                self.open_consultation_count += if changed.is_open { by } else { 0 };
            }
            ConsultationEvent::MessageReceived(_) => self.contacted(at),
            ConsultationEvent::CallLogged(call)
                if call.direction == CallDirection::Inbound || call.outcome == CallOutcome::Answered =>
            {
                self.contacted(call.started_at);
            }
            ConsultationEvent::Resolved(resolved) => self.ended(resolved.from.is_open()),
            ConsultationEvent::Cancelled(cancelled) => self.ended(cancelled.from.is_open()),
            ConsultationEvent::Merged(merged) => self.ended(merged.from.is_open()),
            ConsultationEvent::Reopened(reopened) => self.restarted(!reopened.from.is_open()),
            ConsultationEvent::Unmerged(unmerged) => self.restarted(unmerged.status.is_open()),
            _ => {}
        }
    }

    fn contacted(&mut self, at: DateTime<Utc>) {
        self.last_contact_at = self.last_contact_at.max(Some(at));
    }

    fn ended(&mut self, was_open: bool) {
        self.open_consultation_count -= i32::from(was_open);
    }

    fn restarted(&mut self, is_open: bool) {
        self.open_consultation_count += i32::from(is_open);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
