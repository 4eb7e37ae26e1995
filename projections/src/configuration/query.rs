//! Reads of `configuration`.

use ledgerdesk_domain::{context::ActorKind, stream::StreamType};
use uuid::Uuid;

use super::Row;
use crate::read::{self, Belonging, Concerned, Conditions, Keyset, ReadRow, TimeRange};

impl ReadRow for Row {
    const TABLE: &'static str = "read.configuration";
    const KEY: &'static str = "event_id";
    const BELONGS: Belonging = Belonging::Workspace;
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// What narrows a list of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of things of one of these kinds.
    pub kinds: Vec<StreamType>,
    /// Of one of these things.
    pub subjects: Vec<Uuid>,
    /// By events of one of these types.
    pub event_types: Vec<String>,
    /// Done by one of these kinds of parties.
    pub actor_kinds: Vec<ActorKind>,
    /// Done by one of these.
    pub actors: Vec<Uuid>,
    /// Happened in this span.
    pub occurred: TimeRange,
    /// Recorded in this span.
    pub recorded: TimeRange,
}

/// The order: as recorded.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::number(1, "t.position", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        conditions.one_of("t.subject_kind", &kinds);
        conditions.one_of_ids("t.subject_id", &self.subjects);
        conditions.one_of("t.event_type", &self.event_types);
        conditions.one_of("t.actor_kind", &self.actor_kinds);
        conditions.one_of_ids("t.actor_id", &self.actors);
        conditions.within("t.occurred_at", &self.occurred);
        conditions.within("t.recorded_at", &self.recorded);
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
