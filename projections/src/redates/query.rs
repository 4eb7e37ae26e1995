//! Reads of `redates`.

use ledgerdesk_domain::{
    context::ActorKind,
    id::{ConsultationId, ManagerId},
};

use super::Row;
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.redates";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"reason":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["reason"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows a list of redates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// Of consultations that one of these held then.
    pub assignees: Vec<ManagerId>,
    /// Wanted by one of these kinds of parties.
    pub initiators: Vec<ActorKind>,
    /// Moved in this span.
    pub redated: TimeRange,
    /// Moved to a time in this span.
    pub moved_to: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// What a list of redates can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When the time was moved.
    RedatedAt,
    /// The time after.
    MovedTo,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::RedatedAt => Keyset::time(1, "t.redated_at", descending),
            Self::MovedTo => Keyset::time(2, "t.moved_to", descending),
        }
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.one_of_ids("t.assignee", &self.assignees);
        conditions.one_of("t.initiator_kind", &self.initiators);
        conditions.within("t.redated_at", &self.redated);
        conditions.within("t.moved_to", &self.moved_to);
        conditions.meets(self.condition.as_ref());
    }

    fn facets(&self, _: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        Facet::of_ids("t.consultation_id", &self.consultations, condition)
            .or_else(|| Facet::of_ids("t.assignee", &self.assignees, condition))
            .into_iter()
            .collect()
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
