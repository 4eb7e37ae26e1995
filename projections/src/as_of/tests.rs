use ledgerdesk_domain::{consultation::Party, event::Recorded, id::WorkspaceId};
use serde_json::{Value, json};

use super::*;
use crate::{
    read::Reach,
    testing::{Story, assign, everything, open, receive, send},
};

fn folded(events: &[&Recorded], personal: bool) -> Option<Snapshot> {
    let reach = Reach { personal, ..Reach::whole(WorkspaceId(uuid::Uuid::nil())) };
    Snapshot::fold(events, reach).unwrap()
}

fn talk() -> Story {
    Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, receive(21))
        .consultation(1, assign(77))
        .consultation(1, send(22, Party::Bot))
}

#[test]
fn before_its_opening_there_is_nothing() {
    let story = talk();
    let log = &story.events;
    assert!(folded(&[], true).is_none());
    assert!(folded(&[&log[1]], true).is_none());
    assert_eq!(folded(&[&log[0]], true).unwrap().consultation.message_count, 0);
}

#[test]
fn with_all_its_events_it_is_what_the_read_models_hold() {
    let story = everything();
    for id in story.events.iter().map(|event| event.stream.id).collect::<std::collections::BTreeSet<_>>() {
        let events: Vec<_> = story.events.iter().filter(|event| event.stream.id == id).collect();
        let Some(snapshot) = folded(&events, true) else { continue };
        let list = story.fold(&crate::consultation_list::ConsultationList);
        assert_eq!(*snapshot.consultation, list[&id]);
        let messages = story.fold(&crate::messages::Messages);
        for (key, row) in &snapshot.messages {
            assert_eq!(**row, messages[key]);
        }
    }
}

#[test]
fn who_may_not_see_personal_data_gets_none_of_it() {
    let story = talk();
    let events: Vec<_> = story.events.iter().collect();
    let shown = folded(&events, true).unwrap();
    let hidden = folded(&events, false).unwrap();
    assert_eq!(shown.consultation.topic.as_deref(), Some("Printer"));
    assert_eq!(hidden.consultation.topic, None);
    assert!(shown.messages.values().all(|message| message.body.is_some()));
    assert!(hidden.messages.values().all(|message| message.body.is_none()));
    assert_eq!(difference(Some(&hidden), &hidden), Difference { fields: vec![], parts: vec![] });
}

#[test]
fn a_difference_names_fields_and_parts() {
    let story = talk();
    let log: Vec<_> = story.events.iter().collect();
    let (before, after) = (folded(&log[..2], true).unwrap(), folded(&log, true).unwrap());
    let found = difference(Some(&before), &after);
    let of = |field: &str| found.fields.iter().find(|change| change.field == field).cloned();
    let assignee = of("assignee").unwrap();
    assert_eq!((assignee.from, assignee.to), (Value::Null, json!(uuid::Uuid::from_u128(77))));
    assert_eq!(of("messageCount").map(|change| (change.from, change.to)), Some((json!(1), json!(2))));
    assert_eq!(of("position").map(|change| (change.from, change.to)), Some((json!(2), json!(4))));
    assert_eq!((of("priority"), of("workspaceId"), of("id")), (None, None, None));
    let [part] = found.parts.as_slice() else { panic!("{:?}", found.parts) };
    assert_eq!((part.kind, part.fate), (PartKind::Message, Fate::Came));
    assert_eq!(part.id, uuid::Uuid::from_u128(22));
    let back = difference(Some(&after), &before);
    assert_eq!(back.parts[0].fate, Fate::Went);
    assert_eq!(difference(None, &before).parts[0].fate, Fate::Came);
}

#[test]
fn names_are_those_of_the_api() {
    let story = Story::default().consultation(1, open(Some(5), "Printer"));
    let log: Vec<_> = story.events.iter().collect();
    let names: Vec<_> = difference(None, &folded(&log, true).unwrap())
        .fields
        .into_iter()
        .map(|change| change.field)
        .collect();
    for name in
        ["client", "openedAt", "statusSince", "waitingSince", "detail.description", "detail.openedByKind"]
    {
        assert!(names.iter().any(|found| found == name), "{name} is not among {names:?}");
    }
}
