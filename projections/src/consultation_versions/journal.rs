//! The versions before the newest one, in few bytes: what leads back from each to the one before it.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::Status,
    id::{ClientId, ConsultationId, ManagerId},
};
use serde::{Deserialize, Serialize};

use super::row::{OPEN, Row};

/// A version that still counts and held for some time. It held until the next one begins. The stored names are short,
/// because every consultation has some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Since when it held.
    #[serde(rename = "a")]
    pub(super) from_at: DateTime<Utc>,
    /// The event that made it.
    #[serde(rename = "p")]
    pub(super) from_position: i64,
    /// The event that made a newer one.
    #[serde(rename = "u")]
    pub(super) until_position: i64,
    /// Tells versions apart that one event made.
    #[serde(rename = "o", default, skip_serializing_if = "is_first")]
    pub(super) ordinal: i32,
    /// What was otherwise in it than in the next one.
    #[serde(rename = "b")]
    pub(super) back: Vec<Change>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_first(ordinal: &i32) -> bool {
    *ordinal == 0
}

/// A value that was otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The stage.
    #[serde(rename = "s")]
    Status(Status),
    /// The manager responsible.
    #[serde(rename = "m")]
    Assignee(Option<ManagerId>),
    /// The team responsible.
    #[serde(rename = "t")]
    Team(Option<String>),
    /// The urgency as a number.
    #[serde(rename = "p")]
    Priority(i16),
    /// The tags.
    #[serde(rename = "g")]
    Tags(Vec<String>),
    /// The client.
    #[serde(rename = "c")]
    Client(Option<ClientId>),
    /// The language.
    #[serde(rename = "l")]
    Language(Option<String>),
    /// When it was resolved.
    #[serde(rename = "r")]
    Resolved(Option<DateTime<Utc>>),
    /// When it was closed.
    #[serde(rename = "d")]
    Closed(Option<DateTime<Utc>>),
    /// The time promised.
    #[serde(rename = "f")]
    Appointed(Option<DateTime<Utc>>),
    /// Whether there was an open handover.
    #[serde(rename = "h")]
    Handover(Option<bool>),
    /// The consultation that carried on.
    #[serde(rename = "i")]
    Merged(Option<ConsultationId>),
}

impl Earlier {
    /// The version, as it is told from the one after it.
    pub(super) fn between(version: &Row, next: &Row) -> Self {
        Self {
            from_at: version.from_at,
            from_position: version.from_position,
            until_position: version.until_position,
            ordinal: version.ordinal,
            back: changes(next, version),
        }
    }

    /// The version again.
    pub(super) fn before(&self, next: &Row) -> Row {
        let mut version = Row {
            from_at: self.from_at,
            until_at: Some(next.from_at),
            from_position: self.from_position,
            until_position: self.until_position,
            known_until: OPEN,
            ordinal: self.ordinal,
            journal: Vec::new(),
            ..next.clone()
        };
        for change in &self.back {
            change.clone().make(&mut version);
        }
        version
    }
}

impl Change {
    fn make(self, version: &mut Row) {
        match self {
            Self::Status(status) => version.status = status,
            Self::Assignee(assignee) => version.assignee = assignee,
            Self::Team(team) => version.team = team,
            Self::Priority(rank) => version.priority_rank = rank,
            Self::Tags(tags) => version.tags = tags,
            Self::Client(client) => version.client_id = client,
            Self::Language(language) => version.language = language,
            Self::Resolved(at) => version.resolved_at = at,
            Self::Closed(at) => version.closed_at = at,
            Self::Appointed(at) => version.appointed_for = at,
            Self::Handover(open) => version.open_handover = open,
            Self::Merged(into) => version.merged_into = into,
        }
    }
}

/// What makes the one version out of the other.
fn changes(from: &Row, to: &Row) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |differs: bool, change: &dyn Fn() -> Change| {
        if differs {
            changes.push(change());
        }
    };
    note(from.status != to.status, &|| Change::Status(to.status));
    note(from.assignee != to.assignee, &|| Change::Assignee(to.assignee));
    note(from.team != to.team, &|| Change::Team(to.team.clone()));
    note(from.priority_rank != to.priority_rank, &|| Change::Priority(to.priority_rank));
    note(from.tags != to.tags, &|| Change::Tags(to.tags.clone()));
    note(from.client_id != to.client_id, &|| Change::Client(to.client_id));
    note(from.language != to.language, &|| Change::Language(to.language.clone()));
    note(from.resolved_at != to.resolved_at, &|| Change::Resolved(to.resolved_at));
    note(from.closed_at != to.closed_at, &|| Change::Closed(to.closed_at));
    note(from.appointed_for != to.appointed_for, &|| Change::Appointed(to.appointed_for));
    note(from.open_handover != to.open_handover, &|| Change::Handover(to.open_handover));
    note(from.merged_into != to.merged_into, &|| Change::Merged(to.merged_into));
    changes
}
