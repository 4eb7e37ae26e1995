use ledgerdesk_domain::consultation::{
    ConsultationCommand as C, HandoverOutcome, Party, RequestHandover, ResolveHandover, Start,
};
use serde_json::json;

use super::*;
use crate::testing::{Story, assign, at, id, open, receive};

/// The timeline in the order of the log.
fn timeline(story: &Story) -> Vec<Row> {
    let mut rows: Vec<_> = story.fold(&History).into_values().collect();
    rows.sort_by_key(|row| row.position);
    rows
}

fn changes(story: &Story) -> Vec<(Kind, Option<String>, Option<String>)> {
    timeline(story).into_iter().map(|row| (row.kind, row.from_value, row.to_value)).collect()
}

#[test]
fn an_entry_says_who_when_what_and_where_it_came_from() {
    let story = Story::default().by_manager(77).at_minute(5).consultation(1, open(Some(7), "Printer"));
    let row = timeline(&story).remove(0);
    assert_eq!((row.actor_kind, row.actor_id), (ActorKind::Manager, Some(id(77))));
    assert_eq!((row.occurred_at, row.recorded_at), (at(5), at(100_000)));
    assert_eq!((row.kind, row.event_type.as_str()), (Kind::Status, "ConsultationOpened"));
    assert_eq!((row.body.as_deref(), row.source_system.as_str()), (Some("Printer"), "test"));
    assert_eq!((row.consultation_id, row.person_id, row.version), (id(1), id(7), 1));
}

#[test]
fn changes_go_from_what_was_to_what_is() {
    let manager = |number| Some(id::<Uuid>(number).to_string());
    let story = Story::default()
        .consultation(1, open(None, "Printer"))
        .consultation(1, assign(77))
        .consultation(1, assign(78))
        .consultation(1, C::Start(Start));
    assert_eq!(
        changes(&story),
        [
            (Kind::Status, None, Some("QUEUED".to_owned())),
            (Kind::Assignment, Some("first".to_owned()), manager(77)),
            (Kind::Assignment, manager(77), manager(78)),
            (Kind::Status, Some("QUEUED".to_owned()), Some("IN_PROGRESS".to_owned())),
        ]
    );
}

#[test]
fn a_handover_is_told_step_by_step() {
    let handover_id = id(31);
    let story = Story::default()
        .by_manager(77)
        .consultation(1, open(None, "Printer"))
        .consultation(
            1,
            C::RequestHandover(RequestHandover {
                handover_id,
                requested_by: Party::Bot,
                reason: Some("too hard for me".to_owned()),
                to_team: Some("second".to_owned()),
                to_manager: None,
            }),
        )
        .consultation(
            1,
            C::AcceptHandover(ledgerdesk_domain::consultation::AcceptHandover {
                handover_id,
                manager_id: id(77),
            }),
        )
        .consultation(1, C::ResolveHandover(ResolveHandover { handover_id }));
    let told: Vec<_> = timeline(&story).into_iter().map(|row| row.event_type).collect();
    assert_eq!(
        told,
        [
            "ConsultationOpened",
            "HandoverRequested",
            "HandoverAccepted",
            "Assigned",
            "Started",
            "HandoverResolved"
        ]
    );
    let rows = timeline(&story);
    assert_eq!(
        (rows[1].to_value.as_deref(), rows[1].body.as_deref()),
        (Some("second"), Some("too hard for me"))
    );
    assert_eq!(rows[5].to_value, Some(crate::read::wire(&HandoverOutcome::Done)));
}

#[test]
fn the_details_hold_everything_but_what_is_personal() {
    let story = Story::default().consultation(1, open(None, "Printer")).consultation(1, receive(21));
    let details: Vec<_> = timeline(&story).into_iter().map(|row| row.details).collect();
    assert_eq!(
        details[0],
        json!({
            "channel": "TELEGRAM", "priority": "NORMAL", "language": "ru", "team": "first", "tags": ["a", "b"],
        })
    );
    assert_eq!(details[1], json!({ "message_id": id::<Uuid>(21), "channel": "TELEGRAM" }));
}

#[test]
fn other_streams_have_no_place_in_the_timeline() {
    use ledgerdesk_domain::client::{ClientCommand, ClientKind, RegisterClient};
    let register = ClientCommand::RegisterClient(RegisterClient {
        kind: ClientKind::Person,
        name: "Anna".to_owned(),
        company: None,
        contacts: Vec::new(),
        language: None,
        references: Vec::new(),
    });
    assert_eq!(timeline(&Story::default().client(7, register)), []);
}
