//! Reads of `history`.

use ledgerdesk_domain::{context::ActorKind, id::ConsultationId};
use uuid::Uuid;

use super::{Kind, Row};
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.history";
    const KEY: &'static str = "event_id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"body":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["text"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows the timeline of one consultation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose timeline; not for the entries below a row.
    pub consultation: Option<ConsultationId>,
    /// Entries about one of these.
    pub kinds: Vec<Kind>,
    /// Done by one of these kinds of parties.
    pub actor_kinds: Vec<ActorKind>,
    /// Done by one of these.
    pub actors: Vec<Uuid>,
    /// Happened in this span.
    pub occurred: TimeRange,
    /// Recorded in this span.
    pub recorded: TimeRange,
    /// Of this request or conversation.
    pub correlation: Option<Uuid>,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// A timeline's order: as recorded.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::number(1, "t.position", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.is("t.consultation_id", self.consultation.map(ConsultationId::uuid));
        conditions.one_of("t.kind", &self.kinds);
        conditions.one_of("t.actor_kind", &self.actor_kinds);
        conditions.one_of_ids("t.actor_id", &self.actors);
        conditions.within("t.occurred_at", &self.occurred);
        conditions.within("t.recorded_at", &self.recorded);
        conditions.is("t.correlation_id", self.correlation);
        conditions.meets(self.condition.as_ref());
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
