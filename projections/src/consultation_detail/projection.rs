//! Events → rows of `consultation_detail`.

use ledgerdesk_domain::{
    consultation::{
        Attributes, CatalogReference, ConsultationEvent, ConsultationOpened, ExternalReference, Resolved,
    },
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, ManagerId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    personal::{change_person, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per consultation: what its page shows beyond the list.
pub struct ConsultationDetail;

static DEFINITION: Definition = Definition {
    name: "consultation_detail",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "description",
        "attributes",
        "catalog",
        "external_references",
        "opened_by_kind",
        "opened_by_id",
        "source_system",
        "source_reference",
        "status_reason",
        "resolution",
        "resolution_code",
        "resolved_by",
        "merged_from",
        "imported_facts",
        "last_position",
    ],
    key_column: "id",
    personal: &["description", "status_reason", "resolution"],
    insert_only: false,
};

/// What a consultation's page shows beyond the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which consultation.
    pub id: ConsultationId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the texts.
    pub person_id: PersonId,
    /// What was asked, at length.
    pub description: Option<String>,
    /// Custom attributes.
    pub attributes: Attributes,
    /// What the catalogs say it is about, sorted.
    pub catalog: Vec<CatalogReference>,
    /// The same thing in other systems, in the order in which they became known.
    pub external_references: Vec<ExternalReference>,
    /// What kind of party opened it.
    pub opened_by_kind: ActorKind,
    /// Which one.
    pub opened_by_id: Option<Uuid>,
    /// The entrance it came in by.
    pub source_system: String,
    /// The place there.
    pub source_reference: Option<String>,
    /// Why it has its status: what it waits for, why it was cancelled or reopened.
    pub status_reason: Option<String>,
    /// What was done when it was last resolved.
    pub resolution: Option<String>,
    /// The kind of resolution.
    pub resolution_code: Option<String>,
    /// Who resolved it.
    pub resolved_by: Option<ManagerId>,
    /// Consultations that went into this one.
    pub merged_from: Vec<ConsultationId>,
    /// How many facts of another system are kept as they were.
    pub imported_facts: i32,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for ConsultationDetail {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        let Event::Consultation(event) = &recorded.event else { return };
        keys.push(recorded.stream.id);
        match event {
            ConsultationEvent::Merged(merged) => keys.push(merged.into.uuid()),
            ConsultationEvent::Unmerged(unmerged) => keys.push(unmerged.from.uuid()),
            _ => {}
        }
    }

    fn apply(&self, row: Option<Row>, key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let mut row = match (row, event) {
            (None, ConsultationEvent::ConsultationOpened(opened)) => {
                return Some(opened_row(opened, recorded));
            }
            (row, _) => row?,
        };
        if key == recorded.stream.id {
            if change_person(&mut row.person_id, key, recorded) {
                row.description = None;
                row.status_reason = None;
                row.resolution = None;
            }
            row.fold(event);
        } else {
            row.fold_merge(event, ConsultationId(recorded.stream.id));
        }
        row.last_position = recorded.position.0;
        Some(row)
    }
}

fn opened_row(opened: &ConsultationOpened, recorded: &Recorded) -> Row {
    Row {
        id: ConsultationId(recorded.stream.id),
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        description: known_if_any(opened.description.as_ref()),
        attributes: opened.attributes.clone(),
        catalog: opened.catalog.clone(),
        external_references: Vec::new(),
        opened_by_kind: recorded.metadata.actor.kind,
        opened_by_id: recorded.metadata.actor.id,
        source_system: recorded.metadata.source.system.clone(),
        source_reference: recorded.metadata.source.reference.clone(),
        status_reason: None,
        resolution: None,
        resolution_code: None,
        resolved_by: None,
        merged_from: Vec::new(),
        imported_facts: 0,
        last_position: recorded.position.0,
    }
}

impl Row {
    fn fold(&mut self, event: &ConsultationEvent) {
        match event {
            ConsultationEvent::DetailsChanged(changed) => {
                if changed.description.is_some() {
                    // An empty text takes the description away.
                    let description = known_if_any(changed.description.as_ref());
                    self.description = description.filter(|text| !text.is_empty());
                }
                if let Some(catalog) = &changed.catalog {
                    self.catalog.clone_from(catalog);
                }
            }
            ConsultationEvent::CustomAttributesChanged(changed) => {
                self.attributes.retain(|key, _| !changed.removed.contains(key));
                self.attributes.extend(changed.set.clone());
            }
            ConsultationEvent::ExternalReferenceLinked(linked) => {
                self.external_references.push(linked.reference.clone());
            }
            ConsultationEvent::Started(_) | ConsultationEvent::Resumed(_) => self.status_reason = None,
            ConsultationEvent::WaitingForClientStarted(waiting) => {
                self.status_reason = known_if_any(waiting.reason.as_ref());
            }
            ConsultationEvent::PutOnHold(held) => self.status_reason = known_if_any(held.reason.as_ref()),
            ConsultationEvent::Resolved(resolved) => self.resolve(resolved),
            ConsultationEvent::Reopened(reopened) => {
                self.status_reason = known_if_any(reopened.reason.as_ref());
                self.resolution = None;
                self.resolution_code = None;
                self.resolved_by = None;
            }
            ConsultationEvent::Cancelled(cancelled) => {
                self.status_reason = known_if_any(cancelled.reason.as_ref());
            }
            ConsultationEvent::FactImported(_) => self.imported_facts += 1,
            _ => {}
        }
    }

    fn resolve(&mut self, resolved: &Resolved) {
        self.status_reason = None;
        self.resolution = known_if_any(resolved.resolution.as_ref());
        self.resolution_code.clone_from(&resolved.code);
        self.resolved_by = resolved.resolved_by;
    }

    /// Another consultation went into this one, or left it again.
    fn fold_merge(&mut self, event: &ConsultationEvent, other: ConsultationId) {
        self.merged_from.retain(|merged| *merged != other);
        if let ConsultationEvent::Merged(_) = event {
            self.merged_from.push(other);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
