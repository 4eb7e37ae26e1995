//! Reads of `clients`.

use ledgerdesk_domain::client::ClientKind;

use super::Row;
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.clients";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Client;
    const MASK: &'static str = r#"{"name":null,"company":null,"contacts":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["name", "company", "contacts"];

    fn concerned(&self) -> Concerned {
        Concerned::client(self.id)
    }
}

/// What narrows a list of clients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<ClientKind>,
    /// Words of the name or the company.
    pub name: Option<String>,
    /// Reached by exactly this number, address or chat.
    pub contact: Option<String>,
    /// With open consultations, or (`false`) without.
    pub has_open: Option<bool>,
    /// Forgotten, or (`false`) not.
    pub erased: Option<bool>,
    /// Last heard of in this span.
    pub last_contact: TimeRange,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
}

/// What a list of clients can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When the client was first heard of.
    FirstSeenAt,
    /// When the client last asked, wrote or called; clients who never did are left out.
    LastContactAt,
    /// How many consultations.
    Consultations,
    /// How many open ones.
    OpenConsultations,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::FirstSeenAt => Keyset::time(1, "t.first_seen_at", descending),
            Self::LastContactAt => Keyset::time(2, "t.last_contact_at", descending).skipping_null(),
            Self::Consultations => Keyset::number(3, "t.consultation_count", descending),
            Self::OpenConsultations => Keyset::number(4, "t.open_consultation_count", descending),
        }
    }
}

/// The condition on words of a name or company; `{}` stands for them.
pub const NAMED: &str = "to_tsvector('simple', coalesce(t.name, '') || ' ' || coalesce(t.company, '')) @@ \
    plainto_tsquery('simple', {})";
const REACHED_BY: &str = "t.contacts @> jsonb_build_array(jsonb_build_object('value', {}::text))";

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.is("t.kind", self.kind.as_ref().map(read::wire));
        conditions.with_text(NAMED, self.name.as_deref());
        conditions.with_text(REACHED_BY, self.contact.as_deref());
        conditions.holds("t.open_consultation_count > 0", self.has_open);
        conditions.holds("t.erased_at is not null", self.erased);
        conditions.within("t.last_contact_at", &self.last_contact);
        conditions.meets(self.condition.as_ref());
    }

    fn reads_personal(&self) -> bool {
        let in_condition = self.condition.as_ref().is_some_and(Condition::reads_text);
        self.name.is_some() || self.contact.is_some() || in_condition
    }
}
