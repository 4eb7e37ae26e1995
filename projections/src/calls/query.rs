//! Reads of `calls`.

use ledgerdesk_domain::{
    consultation::{CallDirection, CallOutcome},
    id::{ConsultationId, ManagerId, RedateId},
};

use super::Row;
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.calls";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"phone":null,"recording":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["phone", "recording"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows a list of calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// By or to one of these.
    pub managers: Vec<ManagerId>,
    /// That serve one of these.
    pub redates: Vec<RedateId>,
    /// Which way.
    pub direction: Option<CallDirection>,
    /// That ended in one of these ways.
    pub outcomes: Vec<CallOutcome>,
    /// Began in this span.
    pub started: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// A list of calls is ordered by when they began.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::time(1, "t.started_at", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.one_of_ids("t.manager_id", &self.managers);
        conditions.one_of_ids("t.redate_id", &self.redates);
        conditions.is("t.direction", self.direction.as_ref().map(read::wire));
        conditions.one_of("t.outcome", &self.outcomes);
        conditions.within("t.started_at", &self.started);
        conditions.meets(self.condition.as_ref());
    }

    fn facets(&self, _: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        Facet::of_ids("t.consultation_id", &self.consultations, condition)
            .or_else(|| Facet::of_ids("t.redate_id", &self.redates, condition))
            .or_else(|| Facet::of_ids("t.manager_id", &self.managers, condition))
            .or_else(|| Facet::of("t.outcome", &self.outcomes, condition))
            .into_iter()
            .collect()
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
