//! Entries of a timeline are of a type for each kind, with what only that kind has.

use ledgerdesk_domain::{
    consultation::{
        AddNote, Appoint, Assign, CallDirection, CallOutcome, ChangePriority, ChangeTags, Channel,
        ConsultationCommand as C, ExternalReference, LinkExternalReference, LogCall, Merge, Party, Priority,
        ReceiveMessage, RequestHandover, Start,
    },
    id::{ConsultationId, ManagerId},
    manager::{ManagerCommand, RegisterManager},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Desk, at, consultation_id, new_id, open, opening};

/// Something of most kinds, in this order.
async fn tell(desk: &Desk) -> Uuid {
    let (id, other, olga) = (new_id(), new_id(), new_id());
    let register = RegisterManager {
        name: "Olga".to_owned(),
        email: None,
        team: None,
        skills: Vec::new(),
        capacity: 5,
        references: Vec::new(),
    };
    desk.manager(olga, ManagerCommand::RegisterManager(register)).await;
    desk.consultation(other, at(0), open(opening("The other one"))).await;
    desk.consultation(id, at(0), open(opening("Printer"))).await;
    let message = ReceiveMessage {
        message_id: new_id().into(),
        channel: Channel::Email,
        text: "it smokes".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    };
    let handover = RequestHandover {
        handover_id: new_id().into(),
        requested_by: Party::Bot,
        reason: Some("smoke".to_owned()),
        to_team: Some("second".to_owned()),
        to_manager: None,
    };
    let call = LogCall {
        call_id: new_id().into(),
        direction: CallDirection::Outbound,
        outcome: CallOutcome::Busy,
        started_at: at(6),
        wait_seconds: None,
        duration_seconds: None,
        manager_id: Some(ManagerId(olga)),
        phone: None,
        recording: Some("s3://7".to_owned()),
        redate_id: None,
    };
    let reference =
        ExternalReference { system: "1c".to_owned(), kind: "order".to_owned(), id: "7".to_owned() };
    let commands = [
        C::ReceiveMessage(message),
        C::Assign(Assign { assignee: Some(ManagerId(olga)), team: Some("first".to_owned()), reason: None }),
        C::Start(Start),
        C::RequestHandover(handover),
        C::Appoint(Appoint::at(at(500))),
        C::LogCall(call),
        C::ChangePriority(ChangePriority { priority: Priority::High }),
        C::ChangeTags(ChangeTags { add: vec!["vip".to_owned()], remove: Vec::new() }),
        C::AddNote(AddNote {
            note_id: new_id().into(),
            text: "hm".to_owned(),
            author: Party::Manager(ManagerId(olga)),
        }),
        C::LinkExternalReference(LinkExternalReference { reference }),
        C::Merge(Merge { consultation_id: ConsultationId(id), into: ConsultationId(other) }),
    ];
    for (minute, command) in (1..).zip(commands) {
        desk.consultation(id, at(minute), command).await;
    }
    desk.settled().await;
    id
}

const OWN: &str = "__typename kind
    ... on StatusEntry { fromStatus toStatus }
    ... on MessageEntry { direction channel message { text } }
    ... on AssignmentEntry { fromAssignee { name } toAssignee { name } toTeam }
    ... on HandoverEntry { step team handover { reason state } }
    ... on AppointmentEntry { appointedFor }
    ... on CallEntry { callOutcome: outcome attempt call { recording } manager { name } }
    ... on PriorityEntry { fromPriority toPriority }
    ... on TagsEntry { added removed }
    ... on NoteEntry { author { name } byBot }
    ... on ExternalReferenceEntry { reference { system id } }
    ... on MergeEntry { undone other { topic } }";

#[tokio::test]
async fn each_kind_of_entry_has_fields_of_its_own() {
    let desk = Desk::open().await;
    let id = consultation_id(tell(&desk).await);
    let query = format!("{{ history(consultationId: {id:?}) {{ nodes {{ {OWN} }} }} }}");
    let shown = desk.ask(&query).await["history"]["nodes"].take();
    let olga = json!({ "name": "Olga" });
    assert_eq!(
        shown,
        json!([
            { "__typename": "StatusEntry", "kind": "STATUS", "fromStatus": null, "toStatus": "QUEUED" },
            { "__typename": "MessageEntry", "kind": "MESSAGE", "direction": "INBOUND", "channel": "EMAIL",
              "message": { "text": "it smokes" } },
            { "__typename": "AssignmentEntry", "kind": "ASSIGNMENT", "fromAssignee": null, "toAssignee": olga,
              "toTeam": "first" },
            { "__typename": "StatusEntry", "kind": "STATUS", "fromStatus": "QUEUED", "toStatus": "IN_PROGRESS" },
            { "__typename": "HandoverEntry", "kind": "HANDOVER", "step": "REQUESTED", "team": "second",
              "handover": { "reason": "smoke", "state": "RESOLVED" } },
            { "__typename": "AppointmentEntry", "kind": "APPOINTMENT",
              "appointedFor": "2026-01-01T08:20:00+00:00" },
            { "__typename": "CallEntry", "kind": "CALL", "callOutcome": "BUSY", "attempt": 1,
              "call": { "recording": "s3://7" }, "manager": olga },
            { "__typename": "PriorityEntry", "kind": "PRIORITY", "fromPriority": "NORMAL", "toPriority": "HIGH" },
            { "__typename": "TagsEntry", "kind": "TAGS", "added": ["vip"], "removed": [] },
            { "__typename": "NoteEntry", "kind": "NOTE", "author": olga, "byBot": false },
            { "__typename": "ExternalReferenceEntry", "kind": "EXTERNAL",
              "reference": { "system": "1c", "id": "7" } },
            // A merge ends what is open.
            { "__typename": "HandoverEntry", "kind": "HANDOVER", "step": "RESOLVED", "team": null,
              "handover": { "reason": "smoke", "state": "RESOLVED" } },
            { "__typename": "MergeEntry", "kind": "MERGE", "undone": false,
              "other": { "topic": "The other one" } },
        ])
    );
    // The same entry by its id, as a node of its own type and as an entry of a timeline.
    let entry =
        desk.ask(&format!("{{ history(consultationId: {id:?}, last: 1) {{ nodes {{ id }} }} }}")).await;
    let entry = entry["history"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    let query = format!(
        "{{ node(id: {entry:?}) {{ __typename id ... on HistoryEntry {{ eventType occurredAt }} }} }}"
    );
    let node = desk.ask(&query).await["node"].take();
    assert_eq!(
        node,
        json!({ "__typename": "MergeEntry", "id": entry, "eventType": "Merged",
                "occurredAt": "2026-01-01T00:11:00+00:00" })
    );
    desk.close().await;
}

#[tokio::test]
async fn a_timeline_is_narrowed_by_kind_actor_and_time_and_read_from_both_ends() {
    let desk = Desk::open().await;
    let id = consultation_id(tell(&desk).await);
    let types = async |arguments: &str| -> Vec<String> {
        let query = format!("{{ history(consultationId: {id:?}, {arguments}) {{ nodes {{ eventType }} }} }}");
        let nodes = desk.ask(&query).await["history"]["nodes"].take();
        let event_type = |node: &Value| node["eventType"].as_str().unwrap().to_owned();
        nodes.as_array().unwrap().iter().map(event_type).collect()
    };
    assert_eq!(types("filter: { kind: [CALL, NOTE] }").await, ["CallLogged", "NoteAdded"]);
    assert_eq!(types("filter: { kind: [CALL, NOTE] }, order: DESC").await, ["NoteAdded", "CallLogged"]);
    assert_eq!(types("last: 1").await, ["Merged"]);
    assert_eq!(types("first: 1, order: DESC").await, ["Merged"]);
    let early = "filter: { where: { occurredAt: { lt: \"2026-01-01T00:02:00Z\" }, kind: { not: STATUS } } }";
    assert_eq!(types(early).await, ["MessageReceived"]);
    assert_eq!(types("filter: { actorKind: [CLIENT] }").await, Vec::<String>::new());
    desk.close().await;
}
