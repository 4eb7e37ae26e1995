//! Events → rows of `consultation_list`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{
        ConsultationEvent, ConsultationOpened, DetailsChanged, MessageSent, Priority, ReopenTo, Status,
        TagsChanged,
    },
    event::{Event, Recorded},
    id::ConsultationId,
};
use uuid::Uuid;

use super::{HandoverPhase, Row};
use crate::{
    personal::{change_person, known, known_if_any},
    ratings::average_score,
    runtime::{Definition, Projection},
};

/// One row per consultation: what lists show, filter and sort by.
pub struct ConsultationList;

static DEFINITION: Definition = Definition {
    name: "consultation_list",
    version: 7,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "client_id",
        "topic",
        "status",
        "priority",
        "priority_rank",
        "channel",
        "language",
        "team",
        "assignee",
        "tags",
        "opened_at",
        "updated_at",
        "status_since",
        "hold_until",
        "waiting_since",
        "appointed_for",
        "appointed_until",
        "redate_count",
        "message_count",
        "note_count",
        "call_count",
        "handover_count",
        "reopen_count",
        "first_reply_at",
        "first_response_at",
        "resolved_at",
        "closed_at",
        "open_handover_id",
        "open_handover",
        "rating_score",
        "merged_into",
        "version",
        "last_position",
    ],
    key_column: "id",
    personal: &["topic"],
    insert_only: false,
};

impl Projection for ConsultationList {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        if let Event::Consultation(_) = event.event {
            keys.push(event.stream.id);
        }
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let mut row = match (row, event) {
            (None, ConsultationEvent::ConsultationOpened(opened)) => {
                return Some(opened_row(opened, recorded));
            }
            (row, _) => row?,
        };
        if change_person(&mut row.person_id, recorded.stream.id, recorded) {
            row.topic = None;
        }
        row.fold_lifecycle(event, recorded.occurred_at);
        row.fold_content(event);
        row.fold_work(event, recorded.occurred_at);
        row.updated_at = row.updated_at.max(recorded.occurred_at);
        row.version = recorded.version.0;
        row.last_position = recorded.position.0;
        Some(row)
    }
}

fn opened_row(opened: &ConsultationOpened, recorded: &Recorded) -> Row {
    let at = recorded.occurred_at;
    Row {
        id: ConsultationId(recorded.stream.id),
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        client_id: opened.client_id,
        topic: known(&opened.topic),
        status: Status::Queued,
        priority: opened.priority,
        priority_rank: rank(opened.priority),
        channel: opened.channel,
        language: opened.language.clone(),
        team: opened.team.clone(),
        assignee: None,
        tags: opened.tags.clone(),
        opened_at: at,
        updated_at: at,
        status_since: at,
        hold_until: None,
        waiting_since: Some(at),
        appointed_for: None,
        appointed_until: None,
        redate_count: 0,
        message_count: 0,
        note_count: 0,
        call_count: 0,
        handover_count: 0,
        reopen_count: 0,
        first_reply_at: None,
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        open_handover_id: None,
        open_handover: None,
        rating_score: None,
        merged_into: None,
        version: recorded.version.0,
        last_position: recorded.position.0,
    }
}

/// The urgency as a number that grows with it: 1 for the lowest.
pub const fn rank(priority: Priority) -> i16 {
    match priority {
        Priority::Low => 1,
        Priority::Normal => 2,
        Priority::High => 3,
        Priority::Urgent => 4,
    }
}

impl Row {
    fn fold_lifecycle(&mut self, event: &ConsultationEvent, at: DateTime<Utc>) {
        match event {
            ConsultationEvent::Started(_) | ConsultationEvent::Resumed(_) => {
                self.enter(Status::InProgress, at);
            }
            ConsultationEvent::WaitingForClientStarted(_) => self.enter(Status::WaitingForClient, at),
            ConsultationEvent::PutOnHold(held) => {
                self.enter(Status::OnHold, at);
                self.hold_until = held.until;
            }
            ConsultationEvent::Resolved(_) => {
                self.enter(Status::Resolved, at);
                self.resolved_at = Some(at);
            }
            ConsultationEvent::Closed(_) => {
                self.enter(Status::Closed, at);
                self.closed_at = Some(at);
            }
            ConsultationEvent::Cancelled(_) => self.enter(Status::Cancelled, at),
            ConsultationEvent::Reopened(reopened) => {
                self.enter(
                    match reopened.to {
                        ReopenTo::Queued => Status::Queued,
                        ReopenTo::InProgress => Status::InProgress,
                    },
                    at,
                );
                self.reopen_count += 1;
                self.resolved_at = None;
                self.closed_at = None;
                self.waiting_since = self.waiting_since.or(Some(at));
            }
            ConsultationEvent::Merged(merged) => {
                self.merged_into = Some(merged.into);
                self.waiting_since = None;
            }
            ConsultationEvent::Unmerged(unmerged) => {
                self.merged_into = None;
                self.status = unmerged.status;
            }
            _ => {}
        }
    }

    fn enter(&mut self, status: Status, at: DateTime<Utc>) {
        self.status = status;
        self.status_since = at;
        self.hold_until = None;
        if !status.is_open() {
            self.waiting_since = None;
        }
    }

    fn fold_content(&mut self, event: &ConsultationEvent) {
        match event {
            ConsultationEvent::DetailsChanged(changed) => self.change_details(changed),
            ConsultationEvent::PriorityChanged(changed) => {
                self.priority = changed.to;
                self.priority_rank = rank(changed.to);
            }
            ConsultationEvent::TagsChanged(changed) => self.change_tags(changed),
            ConsultationEvent::RatingSubmitted(rating) => self.rating_score = average_score(&rating.answers),
            ConsultationEvent::RatingRevised(rating) => self.rating_score = average_score(&rating.answers),
            _ => {}
        }
    }

    fn change_details(&mut self, changed: &DetailsChanged) {
        if changed.topic.is_some() {
            self.topic = known_if_any(changed.topic.as_ref());
        }
        if changed.client_id.is_some() {
            self.client_id = changed.client_id;
        }
        if changed.language.is_some() {
            self.language.clone_from(&changed.language);
        }
    }

    fn change_tags(&mut self, changed: &TagsChanged) {
        self.tags.retain(|tag| !changed.removed.contains(tag));
        self.tags.extend(changed.added.iter().cloned());
        self.tags.sort();
        self.tags.dedup();
    }

    fn fold_work(&mut self, event: &ConsultationEvent, at: DateTime<Utc>) {
        match event {
            ConsultationEvent::Assigned(assigned) => {
                self.assignee = assigned.assignee;
                self.team.clone_from(&assigned.team);
            }
            ConsultationEvent::Unassigned(_) => self.assignee = None,
            ConsultationEvent::MessageReceived(_) => {
                self.message_count += 1;
                self.waiting_since = self.waiting_since.or(Some(at));
            }
            ConsultationEvent::MessageSent(sent) => self.send(sent, at),
            ConsultationEvent::NoteAdded(_) => self.note_count += 1,
            ConsultationEvent::Appointed(appointed) => {
                self.appointed_for = Some(appointed.appointed_for);
                self.appointed_until = Some(appointed.appointed_until);
            }
            ConsultationEvent::Redated(redated) => {
                self.appointed_for = Some(redated.to);
                self.appointed_until = Some(redated.until(self.appointed_until));
                self.redate_count += 1;
            }
            ConsultationEvent::CallLogged(_) => self.call_count += 1,
            ConsultationEvent::HandoverRequested(requested) => {
                self.handover_count += 1;
                self.open_handover_id = Some(requested.handover_id);
                self.open_handover = Some(HandoverPhase::Requested);
            }
            ConsultationEvent::HandoverOffered(_) => self.open_handover = Some(HandoverPhase::Offered),
            ConsultationEvent::HandoverAccepted(_) => self.open_handover = Some(HandoverPhase::Accepted),
            ConsultationEvent::HandoverDeclined(_) => self.open_handover = Some(HandoverPhase::Requested),
            ConsultationEvent::HandoverExpired(_)
            | ConsultationEvent::HandoverResolved(_)
            | ConsultationEvent::HandoverReturned(_) => {
                self.open_handover_id = None;
                self.open_handover = None;
            }
            _ => {}
        }
    }

    fn send(&mut self, sent: &MessageSent, at: DateTime<Utc>) {
        self.message_count += 1;
        self.waiting_since = None;
        self.first_reply_at = self.first_reply_at.or(Some(at));
        if sent.is_first_response {
            self.first_response_at = Some(at);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
