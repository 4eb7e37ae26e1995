use ledgerdesk_domain::manager::{ManagerCommand, RegisterManager};

use super::*;
use crate::testing::everything;

#[test]
fn whatever_is_set_up_has_an_entry_and_work_with_clients_has_none() {
    let register = RegisterManager {
        name: "Olga".to_owned(),
        email: None,
        team: None,
        skills: Vec::new(),
        capacity: 5,
        references: Vec::new(),
    };
    let story = everything().manager(0x7E57, ManagerCommand::RegisterManager(register));
    let rows = story.fold(&Configuration);
    let expected =
        story.events.iter().filter(|event| !matches!(event.event, Event::Consultation(_) | Event::Client(_)));
    assert_eq!(rows.len(), expected.count());
    let kinds: std::collections::BTreeSet<_> = rows.values().map(|row| row.subject_kind.as_str()).collect();
    for kind in ["workspace", "manager"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    let named = rows.values().find(|row| row.event_type == "ManagerRegistered").unwrap();
    assert_eq!(named.details.get("name"), None, "personal fields are left out");
    assert!(named.details.get("capacity").is_some());
}
