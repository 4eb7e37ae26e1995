//! Reads of `handovers`.

use ledgerdesk_domain::id::{ConsultationId, ManagerId};

use super::{Row, State};
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.handovers";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"reason":null,"decline_reason":null,"return_reason":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["reason", "declineReason", "returnReason"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows a list of handovers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Taken over by one of these.
    pub assigned_to: Vec<ManagerId>,
    /// Last offered to one of these.
    pub offered_to: Vec<ManagerId>,
    /// Asked of one of these teams.
    pub to_teams: Vec<String>,
    /// Asked for in this span.
    pub requested: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// What a list of handovers can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When it was asked for.
    RequestedAt,
    /// When the standing offer ends; handovers without one are left out.
    ExpiresAt,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::RequestedAt => Keyset::time(1, "t.requested_at", descending),
            Self::ExpiresAt => Keyset::time(2, "t.expires_at", descending).skipping_null(),
        }
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.one_of("t.state", &self.states);
        conditions.one_of_ids("t.assigned_to", &self.assigned_to);
        conditions.one_of_ids("t.offered_to", &self.offered_to);
        conditions.one_of("t.to_team", &self.to_teams);
        conditions.within("t.requested_at", &self.requested);
        conditions.meets(self.condition.as_ref());
    }

    fn facets(&self, keyset: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        Facet::of_ids("t.consultation_id", &self.consultations, condition)
            .or_else(|| {
                // Of the standing offers there are few, in an order of their own.
                let by_request = keyset.column == "t.requested_at";
                let facet = Facet::of_ids("t.assigned_to", &self.assigned_to, condition)
                    .or_else(|| Facet::of("t.to_team", &self.to_teams, condition))
                    .or_else(|| Facet::of("t.state", &self.states, condition));
                facet.filter(|_| by_request)
            })
            .into_iter()
            .collect()
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
