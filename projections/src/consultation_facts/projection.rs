//! Events → rows of `consultation_facts`.

use ledgerdesk_domain::{
    consultation::{ConsultationEvent, ConsultationOpened, ReopenTo, Status},
    event::{Event, Recorded},
    id::ConsultationId,
};
use uuid::Uuid;

use super::{Row, journal};
use crate::runtime::{Definition, Projection};

/// One row per consultation: what metrics measure in it.
pub struct ConsultationFacts;

static DEFINITION: Definition = Definition {
    name: "consultation_facts",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "client_id",
        "status",
        "priority",
        "channel",
        "language",
        "team",
        "assignee",
        "tags",
        "catalog",
        "attributes",
        "merged_into",
        "opened_at",
        "opened_position",
        "opened_team",
        "first_reply_at",
        "first_reply_ms",
        "first_reply_by",
        "first_reply_team",
        "first_reply_position",
        "first_response_at",
        "first_response_ms",
        "first_response_by",
        "first_response_team",
        "first_response_position",
        "first_resolution_at",
        "first_resolution_ms",
        "first_resolution_by",
        "first_resolution_team",
        "first_resolution_position",
        "full_resolution_at",
        "full_resolution_ms",
        "full_resolution_open_ms",
        "full_resolution_by",
        "full_resolution_team",
        "full_resolution_position",
        "requester_wait_ms",
        "agent_work_ms",
        "reply_count",
        "reopen_count",
        "assignee_stations",
        "team_stations",
        "first_attempt_at",
        "first_attempt_by",
        "attempt_count",
        "answered_attempt_at",
        "answered_attempt_by",
        "answered_attempt",
        "responses",
        "resolutions",
        "reopenings",
        "promises",
        "stretches",
        "journal",
        "last_position",
    ],
    key_column: "id",
    personal: &[],
    insert_only: false,
};

impl Projection for ConsultationFacts {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = recorded.event {
            keys.push(recorded.stream.id);
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let mut row = match (row, event) {
            (None, ConsultationEvent::ConsultationOpened(opened)) => opened_row(opened, recorded),
            (row, _) => row?,
        };
        row.describe(event);
        row.last_position = recorded.position.0;
        if let Some(step) = journal::step(event, recorded, row.opened_at) {
            journal::insert(&mut row.journal, step);
        }
        Some(row)
    }

    /// A fact that came late changes what was measured after it: everything is measured anew.
    fn complete(&self, row: &mut Row) {
        row.measure();
    }
}

fn opened_row(opened: &ConsultationOpened, recorded: &Recorded) -> Row {
    Row {
        id: ConsultationId(recorded.stream.id),
        workspace_id: recorded.workspace_id,
        client_id: opened.client_id,
        status: Status::Queued,
        priority: opened.priority,
        channel: opened.channel,
        language: opened.language.clone(),
        team: opened.team.clone(),
        assignee: None,
        tags: opened.tags.clone(),
        catalog: opened.catalog.clone(),
        attributes: opened.attributes.clone(),
        merged_into: None,
        opened_at: recorded.occurred_at,
        opened_position: recorded.position.0,
        opened_team: opened.team.clone(),
        first_reply_at: None,
        first_reply_ms: None,
        first_reply_by: None,
        first_reply_team: None,
        first_reply_position: None,
        first_response_at: None,
        first_response_ms: None,
        first_response_by: None,
        first_response_team: None,
        first_response_position: None,
        first_resolution_at: None,
        first_resolution_ms: None,
        first_resolution_by: None,
        first_resolution_team: None,
        first_resolution_position: None,
        full_resolution_at: None,
        full_resolution_ms: None,
        full_resolution_open_ms: None,
        full_resolution_by: None,
        full_resolution_team: None,
        full_resolution_position: None,
        requester_wait_ms: None,
        agent_work_ms: None,
        reply_count: None,
        reopen_count: None,
        assignee_stations: None,
        team_stations: None,
        first_attempt_at: None,
        first_attempt_by: None,
        attempt_count: 0,
        answered_attempt_at: None,
        answered_attempt_by: None,
        answered_attempt: None,
        responses: Vec::new(),
        resolutions: Vec::new(),
        reopenings: Vec::new(),
        promises: Vec::new(),
        stretches: Vec::new(),
        journal: Vec::new(),
        last_position: recorded.position.0,
    }
}

impl Row {
    /// What it is about and who holds it, as the list has it: by the order of the log.
    fn describe(&mut self, event: &ConsultationEvent) {
        use ConsultationEvent as E;
        match event {
            E::DetailsChanged(changed) => {
                self.client_id = changed.client_id.or(self.client_id);
                if changed.language.is_some() {
                    self.language.clone_from(&changed.language);
                }
                if let Some(catalog) = &changed.catalog {
                    self.catalog.clone_from(catalog);
                }
            }
            E::PriorityChanged(changed) => self.priority = changed.to,
            E::TagsChanged(changed) => {
                self.tags.retain(|tag| !changed.removed.contains(tag));
                self.tags.extend(changed.added.iter().cloned());
                self.tags.sort();
                self.tags.dedup();
            }
            E::CustomAttributesChanged(changed) => {
                self.attributes.retain(|key, _| !changed.removed.contains(key));
                self.attributes.extend(changed.set.clone());
            }
            E::Assigned(assigned) => {
                self.assignee = assigned.assignee;
                self.team.clone_from(&assigned.team);
            }
            E::Unassigned(_) => self.assignee = None,
            E::Started(_) | E::Resumed(_) => self.status = Status::InProgress,
            E::WaitingForClientStarted(_) => self.status = Status::WaitingForClient,
            E::PutOnHold(_) => self.status = Status::OnHold,
            E::Resolved(_) => self.status = Status::Resolved,
            E::Closed(_) => self.status = Status::Closed,
            E::Cancelled(_) => self.status = Status::Cancelled,
            E::Reopened(reopened) => {
                self.status = match reopened.to {
                    ReopenTo::Queued => Status::Queued,
                    ReopenTo::InProgress => Status::InProgress,
                };
            }
            E::Merged(merged) => self.merged_into = Some(merged.into),
            E::Unmerged(unmerged) => {
                self.merged_into = None;
                self.status = unmerged.status;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
