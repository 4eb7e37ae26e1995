//! The work with one consultation, from message to rating, as every query shows it.

use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, Answer, Appoint, CallDirection, CallOutcome, Channel, ConsultationCommand as C,
        LogCall, OpenConsultation, Party, ReceiveMessage, Redate, RequestHandover, Resolve, SendMessage,
        SubmitRating,
    },
    id::{ClientId, HandoverId, ManagerId, RedateId},
    manager::{ManagerCommand, RegisterManager},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Desk, at, client_id, consultation_id, new_id, open, opening};

struct Case {
    consultation: Uuid,
    client: Uuid,
    last_position: i64,
}

fn call(redate_id: RedateId, manager: ManagerId, outcome: CallOutcome, minute: i64) -> C {
    C::LogCall(LogCall {
        call_id: new_id().into(),
        direction: CallDirection::Outbound,
        outcome,
        started_at: at(minute),
        wait_seconds: Some(20),
        duration_seconds: (outcome == CallOutcome::Answered).then_some(90),
        manager_id: Some(manager),
        phone: None,
        recording: None,
        redate_id: Some(redate_id),
    })
}

/// Message, handover, acceptance, response, missed call, redate, answered call, resolution, rating.
async fn tell(desk: &Desk) -> Case {
    let (consultation, client, manager) = (new_id(), new_id(), new_id());
    let (handover_id, redate_id) = (HandoverId(new_id()), RedateId(new_id()));
    let manager_id = ManagerId(manager);
    let register = RegisterManager {
        name: "Olga".to_owned(),
        email: None,
        team: None,
        skills: Vec::new(),
        capacity: 5,
        references: Vec::new(),
    };
    desk.manager(manager, ManagerCommand::RegisterManager(register)).await;
    let commands = [
        open(OpenConsultation { client_id: Some(ClientId(client)), ..opening("Printer") }),
        C::ReceiveMessage(ReceiveMessage {
            message_id: new_id().into(),
            channel: Channel::Telegram,
            text: "it smokes".to_owned(),
            attachments: Vec::new(),
            in_reply_to: None,
        }),
        C::RequestHandover(RequestHandover {
            handover_id,
            requested_by: Party::Bot,
            reason: Some("smoke".to_owned()),
            to_team: None,
            to_manager: None,
        }),
        C::AcceptHandover(AcceptHandover { handover_id, manager_id }),
        C::SendMessage(SendMessage {
            message_id: new_id().into(),
            channel: Channel::Telegram,
            author: Party::Manager(manager_id),
            text: "unplug it".to_owned(),
            attachments: Vec::new(),
            in_reply_to: None,
        }),
        C::Appoint(Appoint::at(at(60))),
        C::Redate(Redate { redate_id, to: at(90), reason: None, initiator: Party::Client(None) }),
        call(redate_id, manager_id, CallOutcome::NoAnswer, 7),
        call(redate_id, manager_id, CallOutcome::Answered, 8),
        C::Resolve(Resolve { resolution: Some("replaced the cord".to_owned()), code: None }),
        C::SubmitRating(SubmitRating {
            rating_id: new_id().into(),
            questionnaire: "service".to_owned(),
            questionnaire_version: 1,
            answers: vec![Answer { question: "tone".to_owned(), score: Some(5), comment: None }],
        }),
    ];
    let mut last_position = 0;
    for (minute, command) in (0..).zip(commands) {
        last_position = desk.consultation(consultation, at(minute), command).await.0;
    }
    Case { consultation, client, last_position }
}

const PAGE: &str = "
    topic status firstResponseAt resolvedAt appointedFor redateCount callCount messageCount ratingScore
    client { consultationCount openConsultationCount name }
    assignee { name openConsultationCount openHandoverCount resolvedCount }
    openHandoverPhase
    detail { resolution openedBy { kind } source { system } }
    handovers { nodes {
        state reason requestedBy { kind } assignedTo { name } firstResponseAt resolvedAt outcome
        consultation { topic }
    } }
    redates { nodes { number movedFrom movedTo callCount answeredAt initiator { kind } } }
    calls { nodes { attempt outcome durationSeconds manager { name } redate { number } } }
    ratings { nodes { score answers { question score comment } attributedTo { name } } }
    messages(last: 2) { nodes {
        text direction author { kind manager { name } } isFirstResponse handover { state }
    } }
    history(last: 100) { nodes { eventType } }
";

#[tokio::test]
async fn one_page_shows_the_whole_work_as_soon_as_it_is_asked_to() {
    let desk = Desk::open().await;
    let case = tell(&desk).await;
    let id = consultation_id(case.consultation);
    // No waiting here: `minPosition` does it.
    let position = case.last_position;
    let query = format!("{{ consultation(id: {id:?}, minPosition: {position}) {{ {PAGE} }} }}");
    let shown = desk.ask(&query).await["consultation"].take();
    assert_eq!(
        shown,
        json!({
            "topic": "Printer", "status": "RESOLVED",
            "firstResponseAt": "2026-01-01T00:04:00+00:00", "resolvedAt": "2026-01-01T00:09:00+00:00",
            "appointedFor": "2026-01-01T01:30:00+00:00", "redateCount": 1, "callCount": 2, "messageCount": 2,
            "ratingScore": 500,
            "client": { "consultationCount": 1, "openConsultationCount": 0, "name": null },
            "assignee": {
                "name": "Olga", "openConsultationCount": 0, "openHandoverCount": 0, "resolvedCount": 0,
            },
            "openHandoverPhase": null,
            "detail": {
                "resolution": "replaced the cord", "openedBy": { "kind": "SYSTEM" }, "source": { "system": "test" },
            },
            "handovers": { "nodes": [{
                "state": "RESOLVED", "reason": "smoke", "requestedBy": { "kind": "BOT" },
                "assignedTo": { "name": "Olga" }, "firstResponseAt": "2026-01-01T00:04:00+00:00",
                "resolvedAt": "2026-01-01T00:09:00+00:00", "outcome": "DONE",
                "consultation": { "topic": "Printer" },
            }] },
            "redates": { "nodes": [{
                "number": 1, "movedFrom": "2026-01-01T01:00:00+00:00", "movedTo": "2026-01-01T01:30:00+00:00",
                "callCount": 2, "answeredAt": "2026-01-01T00:08:00+00:00", "initiator": { "kind": "CLIENT" },
            }] },
            "calls": { "nodes": [
                {
                    "attempt": 1, "outcome": "NO_ANSWER", "durationSeconds": null,
                    "manager": { "name": "Olga" }, "redate": { "number": 1 },
                },
                {
                    "attempt": 2, "outcome": "ANSWERED", "durationSeconds": 90,
                    "manager": { "name": "Olga" }, "redate": { "number": 1 },
                },
            ] },
            "ratings": { "nodes": [{
                "score": 500, "answers": [{ "question": "tone", "score": 5, "comment": null }],
                "attributedTo": { "name": "Olga" },
            }] },
            "messages": { "nodes": [
                {
                    "text": "it smokes", "direction": "INBOUND", "author": { "kind": "CLIENT", "manager": null },
                    "isFirstResponse": false, "handover": null,
                },
                {
                    "text": "unplug it", "direction": "OUTBOUND",
                    "author": { "kind": "MANAGER", "manager": { "name": "Olga" } },
                    "isFirstResponse": true, "handover": { "state": "RESOLVED" },
                },
            ] },
            "history": { "nodes": [
                { "eventType": "ConsultationOpened" }, { "eventType": "MessageReceived" },
                { "eventType": "HandoverRequested" }, { "eventType": "HandoverAccepted" },
                { "eventType": "Assigned" }, { "eventType": "Started" }, { "eventType": "MessageSent" },
                { "eventType": "Appointed" }, { "eventType": "Redated" }, { "eventType": "CallLogged" },
                { "eventType": "CallLogged" }, { "eventType": "HandoverResolved" }, { "eventType": "Resolved" },
                { "eventType": "RatingSubmitted" },
            ] },
        })
    );
    desk.close().await;
}

#[tokio::test]
async fn the_lists_of_parts_and_their_nodes_agree() {
    let desk = Desk::open().await;
    let case = tell(&desk).await;
    desk.settled().await;
    for list in ["handovers", "redates", "calls", "ratings", "messages"] {
        let id = consultation_id(case.consultation);
        let query = format!(
            "{{ {list}(filter: {{ consultation: [{id:?}] }}) {{ nodes {{ id position }} totalCount }} \
             none: {list}(filter: {{ consultation: [{other:?}] }}) {{ totalCount }} }}",
            other = consultation_id(new_id()),
        );
        let found = desk.ask(&query).await;
        let nodes = found[list]["nodes"].as_array().unwrap();
        assert_eq!(found[list]["totalCount"], nodes.len(), "{list}");
        assert!(!nodes.is_empty(), "{list}");
        assert_eq!(found["none"]["totalCount"], 0, "{list}");
        let ids: Vec<_> = nodes.iter().map(|node| node["id"].clone()).collect();
        let query = format!("{{ nodes(ids: {}) {{ __typename id }} }}", Value::from(ids.clone()));
        let again = desk.ask(&query).await["nodes"].take();
        let again: Vec<_> = again.as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        assert_eq!(again, ids, "{list}");
    }
    desk.close().await;
}

#[tokio::test]
async fn a_timeline_is_read_from_both_ends_and_by_what_happened() {
    let desk = Desk::open().await;
    let case = tell(&desk).await;
    desk.settled().await;
    let id = consultation_id(case.consultation);
    let types = async |arguments: &str| {
        let query = format!(
            "{{ history(consultationId: {id:?}{arguments}) {{ nodes {{ eventType }} totalCount }} }}"
        );
        crate::support::field(&desk.ask(&query).await["history"], "eventType")
    };
    assert_eq!(types(", first: 2").await, ["ConsultationOpened", "MessageReceived"]);
    assert_eq!(types(", last: 2").await, ["Resolved", "RatingSubmitted"]);
    assert_eq!(types(", filter: { kind: [CALL, REDATE] }").await, ["Redated", "CallLogged", "CallLogged"]);
    assert_eq!(
        types(", filter: { occurred: { from: \"2026-01-01T00:09:00Z\" } }").await,
        ["HandoverResolved", "Resolved", "RatingSubmitted"]
    );
    assert_eq!(types(", filter: { actorKind: [MANAGER] }").await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test]
async fn a_client_nobody_registered_can_be_looked_up() {
    let desk = Desk::open().await;
    let case = tell(&desk).await;
    desk.settled().await;
    let query = format!(
        "{{ client(id: {:?}) {{ kind name contacts {{ value }} consultationCount registeredAt }} }}",
        client_id(case.client)
    );
    let shown = desk.ask(&query).await["client"].take();
    let expected =
        json!({ "kind": null, "name": null, "contacts": [], "consultationCount": 1, "registeredAt": null });
    assert_eq!(shown, expected);
    desk.close().await;
}
