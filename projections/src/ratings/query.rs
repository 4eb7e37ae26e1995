//! Reads of `ratings`.

use ledgerdesk_domain::id::{ConsultationId, ManagerId};

use super::{Row, State};
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.ratings";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"comments":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["comment"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows a list of ratings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these consultations.
    pub consultations: Vec<ConsultationId>,
    /// About one of these.
    pub attributed_to: Vec<ManagerId>,
    /// In one of these states.
    pub states: Vec<State>,
    /// By one of these questionnaires.
    pub questionnaires: Vec<String>,
    /// With a mean score of at most this, in hundredths.
    pub score_at_most: Option<i32>,
    /// With a mean score of at least this, in hundredths.
    pub score_at_least: Option<i32>,
    /// First answered in this span.
    pub rated: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// What a list of ratings can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When it was asked for, given or revised, whichever was last.
    ChangedAt,
    /// When the client first answered; ratings without an answer are left out.
    RatedAt,
    /// The mean score; ratings without one are left out.
    Score,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::ChangedAt => Keyset::time(1, "t.changed_at", descending),
            Self::RatedAt => Keyset::time(2, "t.rated_at", descending).skipping_null(),
            Self::Score => Keyset::number(3, "t.score", descending).skipping_null(),
        }
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.one_of_ids("t.attributed_to", &self.attributed_to);
        conditions.one_of("t.state", &self.states);
        conditions.one_of("t.questionnaire", &self.questionnaires);
        conditions.at_least("t.score", self.score_at_least);
        conditions.at_most("t.score", self.score_at_most);
        conditions.within("t.rated_at", &self.rated);
        conditions.meets(self.condition.as_ref());
    }

    fn facets(&self, keyset: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        Facet::of_ids("t.consultation_id", &self.consultations, condition)
            .or_else(|| {
                Facet::of_ids("t.attributed_to", &self.attributed_to, condition)
                    .filter(|_| keyset.column != "t.score")
            })
            .into_iter()
            .collect()
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
