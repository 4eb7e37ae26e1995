//! From a message to a rating.

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, Server},
    socket::Socket,
};
use serde_json::{Value, json};

const EVENTS: &str =
    "subscription($after: String) { events(after: $after) { type position cursor actor { kind } } }";

/// What a conversation with a bot, a manager, two calls and a redate leaves in the log.
const EXPECTED: [&str; 20] = [
    "ConsultationOpened",
    "MessageReceived",
    "MessageSent",
    "HandoverRequested",
    "HandoverOffered",
    "HandoverAccepted",
    "Assigned",
    "Started",
    "MessageSent",
    "Appointed",
    "CallLogged",
    "Redated",
    "CallLogged",
    "HandoverResolved",
    "Resolved",
    "RatingRequested",
    "RatingSubmitted",
    "Closed",
    "NoteAdded",
    "RatingRevised",
];

struct Story {
    consultation: Value,
    manager: Value,
}

async fn tell(server: &Server) -> Story {
    let manager = json!({ "name": "Анна Менеджер", "capacity": 5 });
    let manager = server.mutate("registerManager", manager).await["createdId"].clone();
    let client = json!({ "kind": "PERSON", "name": "Борис Клиент" });
    let client = server.mutate("registerClient", client).await["createdId"].clone();
    let opening = json!({ "topic": "Не печатает принтер", "channel": "TELEGRAM", "clientId": client });
    let consultation = server.mutate("openConsultation", opening).await["createdId"].clone();
    let on = |mut input: Value| {
        input["consultationId"] = consultation.clone();
        input
    };
    server.mutate("receiveMessage", on(json!({ "channel": "TELEGRAM", "text": "Помогите" }))).await;
    let bot = json!({ "channel": "TELEGRAM", "text": "Зову человека", "author": { "kind": "BOT" } });
    server.mutate("sendMessage", on(bot)).await;
    let asked = on(json!({ "reason": "нужен человек", "requestedBy": { "kind": "BOT" } }));
    let handover = server.mutate("requestHandover", asked).await["createdId"].clone();
    let taking = on(json!({ "handoverId": handover, "managerId": manager }));
    server.mutate("offerHandover", taking.clone()).await;
    server.mutate("acceptHandover", taking).await;
    let author = json!({ "kind": "MANAGER", "id": manager });
    let answer = json!({ "channel": "TELEGRAM", "text": "Здравствуйте", "author": author });
    server.mutate("sendMessage", on(answer)).await;
    server.mutate("appointConsultation", on(json!({ "appointedFor": "2030-01-02T10:00:00Z" }))).await;
    let call = |outcome: &str| {
        on(
            json!({ "direction": "OUTBOUND", "outcome": outcome, "startedAt": "2026-01-02T10:00:00Z", "managerId": manager }),
        )
    };
    server.mutate("logCall", call("NO_ANSWER")).await;
    let moved = on(json!({ "to": "2030-01-03T10:00:00Z", "reason": "не дозвонились" }));
    let redate = server.mutate("redateConsultation", moved).await["createdId"].clone();
    let mut answered = call("ANSWERED");
    answered["durationSeconds"] = json!(90);
    answered["redateId"] = redate;
    server.mutate("logCall", answered).await;
    server.mutate("resolveConsultation", on(json!({ "resolution": "Заменили картридж" }))).await;
    let asking = on(json!({ "questionnaire": "service", "questionnaireVersion": 1, "channel": "TELEGRAM" }));
    let rating = server.mutate("requestRating", asking).await["createdId"].clone();
    let rated = on(json!({
        "questionnaire": "service", "questionnaireVersion": 1, "ratingId": rating,
        "answers": [{ "question": "overall", "score": 5, "comment": "Спасибо" }],
    }));
    server.mutate("submitRating", rated).await;
    server.mutate("closeConsultation", on(json!({}))).await;
    server.mutate("addNote", on(json!({ "text": "Хороший клиент" }))).await;
    let revised = json!({ "ratingId": rating, "answers": [{ "question": "overall", "score": 4 }] });
    server.mutate("reviseRating", on(revised)).await;
    Story { consultation, manager }
}

async fn deliver(socket: &mut Socket) -> Vec<(String, Value)> {
    let mut seen = Vec::new();
    while seen.len() < EXPECTED.len() + 2 {
        let event = socket.data().await.unwrap()["events"].take();
        seen.push((event["type"].as_str().unwrap().to_owned(), event["position"].clone()));
    }
    seen
}

#[tokio::test]
async fn from_message_to_rating_the_log_the_history_and_both_subscribers_agree() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let head = server.query("{ logHead { position cursor } }", json!({})).await;
    let since = json!({ "after": head["logHead"]["cursor"] });
    let mut before = Socket::subscribe(&server.address, OWNER_KEY, EVENTS, since.clone()).await.unwrap();
    let story = tell(&server).await;
    let mut after =
        Socket::subscribe(&server.address, OWNER_KEY, EVENTS, json!({ "after": "0" })).await.unwrap();

    let live = deliver(&mut before).await;
    let types: Vec<&str> = live.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(types[..2], ["ManagerRegistered", "ClientRegistered"]);
    assert_eq!(types[2..], EXPECTED);
    // The one that starts at the beginning also sees how the workspace was set up.
    let mut replayed = Vec::new();
    while replayed.len() < live.len() {
        let event = after.data().await.unwrap()["events"].take();
        let seen = (event["type"].as_str().unwrap().to_owned(), event["position"].clone());
        if replayed.is_empty() && seen != live[0] {
            assert!(seen.1.as_i64() <= head["logHead"]["position"].as_i64(), "{seen:?}");
            continue;
        }
        replayed.push(seen);
    }
    assert_eq!(replayed, live);

    assert_history(&server, &story, live.last().unwrap().1.clone()).await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
}

async fn assert_history(server: &Server, story: &Story, position: Value) {
    let shown = server
        .query(
            "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { status
               handovers { state assignedTo { id name } firstResponseAt resolvedBy { id } resolvedAt }
               redates { number from to } calls { outcome attempt } ratings { averageScore }
               history(first: 100) { nodes { eventType kind occurredAt recordedAt position actor { kind } text from to } } } }",
            json!({ "id": story.consultation, "min": position }),
        )
        .await;
    let consultation = &shown["consultation"];
    assert_eq!(consultation["status"], "CLOSED");
    let handover = &consultation["handovers"][0];
    assert_eq!(handover["assignedTo"]["id"], story.manager);
    assert!(handover["firstResponseAt"].is_string() && handover["resolvedAt"].is_string(), "{handover}");
    let outcomes: Vec<_> =
        consultation["calls"].as_array().unwrap().iter().map(|call| call["outcome"].clone()).collect();
    assert_eq!(outcomes, ["NO_ANSWER", "ANSWERED"]);
    assert_eq!(consultation["redates"][0]["number"], 1);
    let entries = consultation["history"]["nodes"].as_array().unwrap();
    let types: Vec<&str> = entries.iter().map(|entry| entry["eventType"].as_str().unwrap()).collect();
    assert_eq!(types, EXPECTED);
    assert!(entries.is_sorted_by_key(|entry| entry["position"].as_i64()));
    assert!(
        entries.iter().all(|entry| entry["actor"]["kind"].is_string() && entry["occurredAt"].is_string())
    );
}
