//! Reads of `managers`.

use ledgerdesk_domain::manager::Availability;

use super::Row;
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Keyset, ReadRow};

impl ReadRow for Row {
    const TABLE: &'static str = "read.managers";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Workspace;
    // The names of colleagues are shown: a report without them says nothing.
    const MASK: &'static str = r#"{"email":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["email"];

    fn concerned(&self) -> Concerned {
        Concerned::manager(self.id)
    }
}

/// What narrows a list of managers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these teams.
    pub teams: Vec<String>,
    /// With all of these skills.
    pub skills: Vec<String>,
    /// Of one of these.
    pub availabilities: Vec<Availability>,
    /// Registered and not deactivated, or (`false`) not.
    pub active: Option<bool>,
    /// With room for another consultation, or (`false`) without.
    pub has_room: Option<bool>,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// What a list of managers can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When the manager was first heard of.
    FirstSeenAt,
    /// How many open consultations.
    OpenConsultations,
    /// How many consultations the manager resolved.
    Resolved,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::FirstSeenAt => Keyset::time(1, "t.first_seen_at", descending),
            Self::OpenConsultations => Keyset::number(2, "t.open_consultation_count", descending),
            Self::Resolved => Keyset::number(3, "t.resolved_count", descending),
        }
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of("t.team", &self.teams);
        conditions.holds_all("t.skills", &self.skills);
        conditions.one_of("t.availability", &self.availabilities);
        conditions.holds("t.active", self.active);
        conditions.holds("t.open_consultation_count < t.capacity", self.has_room);
        conditions.meets(self.condition.as_ref());
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
