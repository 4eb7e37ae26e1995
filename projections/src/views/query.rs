//! Reads of `views`.

use ledgerdesk_domain::id::ManagerId;

use super::Row;
use crate::read::{self, Belonging, Concerned, Condition, Conditions, Keyset, ReadRow, Test};

impl ReadRow for Row {
    const TABLE: &'static str = "read.views";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Workspace;
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// What narrows a list of views.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who looks: shared views and those of this manager.
    pub seen_by: Option<ManagerId>,
}

/// A list of views is ordered by when they were last saved.
pub const fn keyset(descending: bool) -> Keyset {
    Keyset::time(1, "t.saved_at", descending)
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        let shared = Condition::Is("t.owner", Test::Absent);
        let own = self.seen_by.map(|manager| Condition::Is("t.owner", Test::Ids(vec![manager.uuid()])));
        conditions.meets(Some(&Condition::Any([shared].into_iter().chain(own).collect())));
    }

    fn reads_personal(&self) -> bool {
        false
    }
}
