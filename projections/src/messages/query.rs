//! Reads of `messages`.

use ledgerdesk_domain::{consultation::Channel, id::ConsultationId};

use super::{Direction, Row};
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.messages";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = r#"{"body":null,"attachment_names":null,"attachments":[]}"#;
    const SHOWN_AS: &'static [&'static str] = &["text", "attachments"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.consultation_id, self.person_id)
    }
}

/// What narrows a list of messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one of these conversations.
    pub consultations: Vec<ConsultationId>,
    /// Which way they went.
    pub direction: Option<Direction>,
    /// Over one of these.
    pub channels: Vec<Channel>,
    /// Sent in this span.
    pub sent: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// A conversation's order: as recorded.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::number(1, "t.last_position", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of_ids("t.consultation_id", &self.consultations);
        conditions.is("t.direction", self.direction.as_ref().map(read::wire));
        conditions.one_of("t.channel", &self.channels);
        conditions.within("t.sent_at", &self.sent);
        conditions.meets(self.condition.as_ref());
    }

    fn facets(&self, _: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        Facet::of_ids("t.consultation_id", &self.consultations, condition).into_iter().collect()
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
