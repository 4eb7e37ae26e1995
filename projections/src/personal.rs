//! Personal values in rows.
//!
//! A row has one `person_id`: whose erasure empties its personal columns. That must be the person whose key
//! sealed them, or a rebuild after an erasure would differ from the live table.

use ledgerdesk_domain::{event::Recorded, id::PersonId, personal::Personal};
use uuid::Uuid;

/// The value of a personal field, unless it was erased.
pub(crate) fn known<T: Clone>(value: &Personal<T>) -> Option<T> {
    value.known().cloned()
}

/// The value of a personal field that may be absent.
pub(crate) fn known_if_any<T: Clone>(value: Option<&Personal<T>>) -> Option<T> {
    value.and_then(|value| value.known().cloned())
}

/// Moves a row of the stream `own` to the person of the event, and says whether what it holds must go first.
///
/// Until a client is known, the stream itself is the person; the client inherits what was said before, and an
/// erasure of the client names such streams too. From one client to another nothing is inherited: what the
/// first one's key sealed would come back as erased in a rebuild, so it leaves the row.
#[must_use = "the row's personal values belong to another person when this is true"]
pub(crate) fn change_person(row: &mut PersonId, own: Uuid, event: &Recorded) -> bool {
    let before = std::mem::replace(row, event.metadata.person_id);
    before != *row && before.uuid() != own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, open};

    fn event_about(person: u128) -> Recorded {
        let mut event = Story::default().consultation(1, open(None, "topic")).events.remove(0);
        event.metadata.person_id = PersonId(Uuid::from_u128(person));
        event
    }

    #[test]
    fn a_client_inherits_from_the_unknown_but_not_from_another_client() {
        let own = Uuid::from_u128(1);
        let mut person = PersonId(own);
        assert!(!change_person(&mut person, own, &event_about(1)));
        assert!(!change_person(&mut person, own, &event_about(2)));
        assert!(!change_person(&mut person, own, &event_about(2)));
        assert!(change_person(&mut person, own, &event_about(3)));
        assert_eq!(person, PersonId(Uuid::from_u128(3)));
    }
}
