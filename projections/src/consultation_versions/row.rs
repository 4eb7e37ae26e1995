//! A row of `consultation_versions`, and what an event makes of it.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Channel, Priority, Status},
    event::Recorded,
    id::{ClientId, ConsultationId, ManagerId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{journal::Earlier, power, week};
use crate::{
    consultation_list::{self, ConsultationList, HandoverPhase, rank},
    runtime::Projection as _,
};

/// The end of what has none, among positions.
pub(super) const OPEN: i64 = i64::MAX;

/// A version of a consultation: what a list could filter and sort it by, and when that held. Times of validity are those
/// of the facts (`occurred_at`), `until` is never part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The consultation for the newest version, a key of its own for every other one.
    pub id: Uuid,
    /// Which consultation.
    pub consultation_id: ConsultationId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Who asked, as far as known.
    pub client_id: Option<ClientId>,
    /// The stage.
    pub status: Status,
    /// How urgent, as a number that grows with it.
    pub priority_rank: i16,
    /// Where it came in.
    pub channel: Channel,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The team responsible.
    pub team: Option<String>,
    /// The manager responsible.
    pub assignee: Option<ManagerId>,
    /// Sorted.
    pub tags: Vec<String>,
    /// When the client asked.
    pub opened_at: DateTime<Utc>,
    /// Where that is in the log.
    pub opened_position: i64,
    /// In which week that was, from 1970.
    pub opened_week: i32,
    /// When it was last resolved, unless reopened since.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed, unless reopened since.
    pub closed_at: Option<DateTime<Utc>>,
    /// The time promised.
    pub appointed_for: Option<DateTime<Utc>>,
    /// True while there is an open handover, otherwise nothing.
    pub open_handover: Option<bool>,
    /// The consultation that carried on in its place.
    pub merged_into: Option<ConsultationId>,
    /// The event that made it.
    pub from_position: i64,
    /// The event that made a newer one: from `from_position` until here it was what the log left. The same as
    /// `from_position` where it never was, the largest number where it still is.
    pub until_position: i64,
    /// The event by which it was learned that it had been otherwise; the largest number where it still counts.
    pub known_until: i64,
    /// Since when it held.
    pub from_at: DateTime<Utc>,
    /// Until when; nothing while nothing later is known to have changed it.
    pub until_at: Option<DateTime<Utc>>,
    /// Tells versions apart that one event made.
    pub ordinal: i32,
    /// How long it held, as a power of two seconds ([`power`]).
    pub span: i16,
    /// For how many positions it was the newest, as a power of two.
    pub stay: i16,
    /// Of the newest version: those before it that still count, the oldest first.
    pub journal: Vec<Earlier>,
}

impl Row {
    /// The first version.
    pub(super) fn opened(listed: consultation_list::Row, recorded: &Recorded) -> Self {
        Self {
            id: listed.id.uuid(),
            consultation_id: listed.id,
            workspace_id: listed.workspace_id,
            client_id: listed.client_id,
            status: listed.status,
            priority_rank: listed.priority_rank,
            channel: listed.channel,
            language: listed.language,
            team: listed.team,
            assignee: listed.assignee,
            tags: listed.tags,
            opened_at: listed.opened_at,
            opened_position: recorded.position.0,
            opened_week: week::of(listed.opened_at),
            resolved_at: listed.resolved_at,
            closed_at: listed.closed_at,
            appointed_for: listed.appointed_for,
            open_handover: listed.open_handover.map(|_| true),
            merged_into: listed.merged_into,
            from_position: recorded.position.0,
            until_position: OPEN,
            known_until: OPEN,
            from_at: recorded.occurred_at,
            until_at: None,
            ordinal: 0,
            span: power::ENDLESS,
            stay: power::ENDLESS,
            journal: Vec::new(),
        }
    }

    /// The same version as the event changes it, by the fold of the list.
    pub(super) fn changed(&self, recorded: &Recorded) -> Self {
        let listed = self.listed(recorded);
        let Some(listed) = ConsultationList.apply(Some(listed), recorded.stream.id, recorded) else {
            return self.clone();
        };
        Self {
            client_id: listed.client_id,
            status: listed.status,
            priority_rank: listed.priority_rank,
            language: listed.language,
            team: listed.team,
            assignee: listed.assignee,
            tags: listed.tags,
            resolved_at: listed.resolved_at,
            closed_at: listed.closed_at,
            appointed_for: listed.appointed_for,
            open_handover: listed.open_handover.map(|_| true),
            merged_into: listed.merged_into,
            journal: Vec::new(),
            ..*self
        }
    }

    /// Whether a list could not tell the two apart.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.client_id == other.client_id
            && self.status == other.status
            && self.priority_rank == other.priority_rank
            && self.language == other.language
            && self.team == other.team
            && self.assignee == other.assignee
            && self.tags == other.tags
            && self.resolved_at == other.resolved_at
            && self.closed_at == other.closed_at
            && self.appointed_for == other.appointed_for
            && self.open_handover == other.open_handover
            && self.merged_into == other.merged_into
    }

    /// The row under the key that it has once it is not the newest any more.
    pub(super) fn left(self) -> (Uuid, Self) {
        let id = self.own_key();
        let span = power::of_time(self.from_at, self.until_at);
        let stay = power::of_positions(self.from_position, self.until_position);
        (id, Self { id, span, stay, journal: Vec::new(), ..self })
    }

    /// Begins like the consultation's id, so that its versions lie together in the index of the key.
    fn own_key(&self) -> Uuid {
        let consultation = self.consultation_id.uuid();
        let name = format!("{}/{}", self.from_position, self.ordinal);
        let mut key = *Uuid::new_v5(&consultation, name.as_bytes()).as_bytes();
        key[..8].copy_from_slice(&consultation.as_bytes()[..8]);
        Uuid::from_bytes(key)
    }

    /// As the list's fold knows it: what no version has is filled with what changes nothing else.
    fn listed(&self, recorded: &Recorded) -> consultation_list::Row {
        let at = self.from_at;
        consultation_list::Row {
            id: self.consultation_id,
            workspace_id: self.workspace_id,
            person_id: recorded.metadata.person_id,
            client_id: self.client_id,
            topic: None,
            status: self.status,
            priority: urgency(self.priority_rank),
            priority_rank: self.priority_rank,
            channel: self.channel,
            language: self.language.clone(),
            team: self.team.clone(),
            assignee: self.assignee,
            tags: self.tags.clone(),
            opened_at: self.opened_at,
            updated_at: at,
            status_since: at,
            hold_until: None,
            waiting_since: None,
            appointed_for: self.appointed_for,
            appointed_until: None,
            redate_count: 0,
            message_count: 0,
            note_count: 0,
            call_count: 0,
            handover_count: 0,
            reopen_count: 0,
            first_reply_at: None,
            first_response_at: None,
            resolved_at: self.resolved_at,
            closed_at: self.closed_at,
            open_handover_id: None,
            open_handover: self.open_handover.map(|_| HandoverPhase::Requested),
            rating_score: None,
            merged_into: self.merged_into,
            version: 0,
            last_position: 0,
        }
    }
}

/// The urgency with this number.
fn urgency(number: i16) -> Priority {
    let all = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
    all.into_iter().find(|priority| rank(*priority) == number).unwrap_or(Priority::Normal)
}
