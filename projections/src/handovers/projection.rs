//! Events → rows of `handovers`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{ConsultationEvent, HandoverOutcome, HandoverRequested},
    context::ActorKind,
    event::{Event, Recorded},
    id::{ConsultationId, HandoverId, ManagerId, PersonId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    party,
    personal::{change_person, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per handover.
pub struct Handovers;

static DEFINITION: Definition = Definition {
    name: "handovers",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "state",
        "requested_at",
        "requested_by_kind",
        "requested_by_id",
        "reason",
        "to_team",
        "to_manager",
        "from_assignee",
        "offered_to",
        "offered_at",
        "expires_at",
        "offer_count",
        "decline_count",
        "decline_reason",
        "accepted_at",
        "assigned_to",
        "first_response_at",
        "resolved_at",
        "resolved_by",
        "outcome",
        "returned_at",
        "returned_by",
        "return_reason",
        "expired_at",
        "declines",
        "requested_position",
        "accepted_position",
        "first_response_position",
        "resolved_position",
        "returned_position",
        "expired_position",
        "last_position",
    ],
    key_column: "id",
    personal: &["reason", "decline_reason", "return_reason"],
    insert_only: false,
};

/// How far a handover is. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for an offer; also after a manager declined.
    Requested,
    /// Waits for the manager who was asked.
    Offered,
    /// Somebody took over and works on it.
    Accepted,
    /// Its work is done, or fell away.
    Resolved,
    /// Given back to whoever asked.
    Returned,
    /// Nobody took over in time.
    Expired,
}

/// An offer that was declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// When.
    pub at: DateTime<Utc>,
    /// Who declined.
    pub by: Option<ManagerId>,
    /// Where in the log.
    pub stop: i64,
}

/// A handover. Times are those of the facts (`occurred_at`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which handover.
    pub id: HandoverId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the reasons.
    pub person_id: PersonId,
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// How far it is.
    pub state: State,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// What kind of party asked.
    pub requested_by_kind: ActorKind,
    /// Which one.
    pub requested_by_id: Option<Uuid>,
    /// Why, unless erased.
    pub reason: Option<String>,
    /// The team asked.
    pub to_team: Option<String>,
    /// The manager asked.
    pub to_manager: Option<ManagerId>,
    /// Who held the consultation.
    pub from_assignee: Option<ManagerId>,
    /// Who was last made an offer.
    pub offered_to: Option<ManagerId>,
    /// When.
    pub offered_at: Option<DateTime<Utc>>,
    /// When that offer ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// How many offers were made.
    pub offer_count: i32,
    /// How many were declined.
    pub decline_count: i32,
    /// Why the last one was.
    pub decline_reason: Option<String>,
    /// When somebody took over.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who.
    pub assigned_to: Option<ManagerId>,
    /// The first message of a person to the client afterwards.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When its work was done or fell away.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who did it.
    pub resolved_by: Option<ManagerId>,
    /// Which of the two.
    pub outcome: Option<HandoverOutcome>,
    /// When it was given back.
    pub returned_at: Option<DateTime<Utc>>,
    /// Who gave it back.
    pub returned_by: Option<ManagerId>,
    /// Why.
    pub return_reason: Option<String>,
    /// When its time ran out.
    pub expired_at: Option<DateTime<Utc>>,
    /// Every offer that was declined.
    #[serde(default)]
    pub declines: Vec<Decline>,
    /// Where it was asked for in the log; nothing in a table of an earlier version.
    #[serde(default)]
    pub requested_position: Option<i64>,
    /// Where somebody took over.
    #[serde(default)]
    pub accepted_position: Option<i64>,
    /// Where the first message of a person is.
    #[serde(default)]
    pub first_response_position: Option<i64>,
    /// Where its work was done or fell away.
    #[serde(default)]
    pub resolved_position: Option<i64>,
    /// Where it was given back.
    #[serde(default)]
    pub returned_position: Option<i64>,
    /// Where its time ran out.
    #[serde(default)]
    pub expired_position: Option<i64>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Handovers {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        let Event::Consultation(event) = &recorded.event else { return };
        keys.extend(handover_of(event).map(HandoverId::uuid));
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let mut row = match (row, event) {
            (None, ConsultationEvent::HandoverRequested(request)) => {
                return Some(requested(request, recorded));
            }
            (row, _) => row?,
        };
        if change_person(&mut row.person_id, recorded.stream.id, recorded) {
            row.reason = None;
            row.decline_reason = None;
            row.return_reason = None;
        }
        row.fold(event, recorded.occurred_at, recorded.position.0);
        row.last_position = recorded.position.0;
        Some(row)
    }
}

/// The handover that the event is about.
fn handover_of(event: &ConsultationEvent) -> Option<HandoverId> {
    use ConsultationEvent as E;
    match event {
        E::HandoverRequested(event) => Some(event.handover_id),
        E::HandoverOffered(event) => Some(event.handover_id),
        E::HandoverAccepted(event) => Some(event.handover_id),
        E::HandoverDeclined(event) => Some(event.handover_id),
        E::HandoverExpired(event) => Some(event.handover_id),
        E::HandoverResolved(event) => Some(event.handover_id),
        E::HandoverReturned(event) => Some(event.handover_id),
        E::MessageSent(event) if event.is_handover_first_response => event.handover_id,
        _ => None,
    }
}

fn requested(request: &HandoverRequested, recorded: &Recorded) -> Row {
    let (requested_by_kind, requested_by_id) = party::columns(request.requested_by);
    Row {
        id: request.handover_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        state: State::Requested,
        requested_at: recorded.occurred_at,
        requested_by_kind,
        requested_by_id,
        reason: known_if_any(request.reason.as_ref()),
        to_team: request.to_team.clone(),
        to_manager: request.to_manager,
        from_assignee: request.from_assignee,
        offered_to: None,
        offered_at: None,
        expires_at: None,
        offer_count: 0,
        decline_count: 0,
        decline_reason: None,
        accepted_at: None,
        assigned_to: None,
        first_response_at: None,
        resolved_at: None,
        resolved_by: None,
        outcome: None,
        returned_at: None,
        returned_by: None,
        return_reason: None,
        expired_at: None,
        declines: Vec::new(),
        requested_position: Some(recorded.position.0),
        accepted_position: None,
        first_response_position: None,
        resolved_position: None,
        returned_position: None,
        expired_position: None,
        last_position: recorded.position.0,
    }
}

impl Row {
    fn fold(&mut self, event: &ConsultationEvent, at: DateTime<Utc>, position: i64) {
        match event {
            ConsultationEvent::HandoverOffered(offered) => {
                self.state = State::Offered;
                self.offered_to = Some(offered.manager_id);
                self.offered_at = Some(at);
                self.expires_at = offered.expires_at;
                self.offer_count += 1;
            }
            ConsultationEvent::HandoverAccepted(accepted) => {
                self.state = State::Accepted;
                self.expires_at = None;
                self.accepted_at = Some(at);
                self.accepted_position = Some(position);
                self.assigned_to = Some(accepted.manager_id);
            }
            ConsultationEvent::HandoverDeclined(declined) => {
                self.state = State::Requested;
                self.expires_at = None;
                self.decline_count += 1;
                self.declines.push(Decline { at, by: Some(declined.manager_id), stop: position });
                self.decline_reason = known_if_any(declined.reason.as_ref());
            }
            ConsultationEvent::HandoverExpired(_) => {
                self.state = State::Expired;
                self.expires_at = None;
                self.expired_at = Some(at);
                self.expired_position = Some(position);
            }
            ConsultationEvent::MessageSent(_) => {
                self.first_response_at = Some(at);
                self.first_response_position = Some(position);
            }
            ConsultationEvent::HandoverResolved(resolved) => {
                self.state = State::Resolved;
                self.expires_at = None;
                self.resolved_at = Some(at);
                self.resolved_position = Some(position);
                self.resolved_by = resolved.resolved_by;
                self.outcome = Some(resolved.outcome);
            }
            ConsultationEvent::HandoverReturned(returned) => {
                self.state = State::Returned;
                self.returned_at = Some(at);
                self.returned_position = Some(position);
                self.returned_by = returned.returned_by;
                self.return_reason = known_if_any(returned.reason.as_ref());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
