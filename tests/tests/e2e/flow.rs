//! From a message to a rating: everybody acts with a key of their own, and everything is told three times.

use ledgerdesk_tests::{
    TestDatabase,
    client::Client,
    server::{OWNER_KEY, Server, done},
    socket::Socket,
};
use serde_json::{Value, json};

const EVENTS: &str = "subscription($after: String) { events(after: $after) {
    type position cursor occurredAt actor { kind } } }";

/// What happened: the minute after ten o'clock, the event, who acted. The owner's key is another system's.
const STORY: [(u32, &str, &str); 22] = [
    (0, "ManagerRegistered", "INTEGRATION"),
    (0, "ClientRegistered", "INTEGRATION"),
    (1, "ConsultationOpened", "BOT"),
    (2, "MessageReceived", "BOT"),
    (3, "MessageSent", "BOT"),
    (4, "HandoverRequested", "BOT"),
    (5, "HandoverOffered", "INTEGRATION"),
    (6, "HandoverAccepted", "MANAGER"),
    (6, "Assigned", "MANAGER"),
    (6, "Started", "MANAGER"),
    (7, "MessageSent", "MANAGER"),
    (8, "Appointed", "MANAGER"),
    (9, "CallLogged", "MANAGER"),
    (10, "Redated", "MANAGER"),
    (11, "CallLogged", "MANAGER"),
    (12, "HandoverResolved", "MANAGER"),
    (12, "Resolved", "MANAGER"),
    (13, "RatingRequested", "BOT"),
    (14, "RatingSubmitted", "BOT"),
    (15, "Closed", "MANAGER"),
    (16, "NoteAdded", "MANAGER"),
    (17, "RatingRevised", "BOT"),
];

fn at(minute: u32) -> String {
    format!("2024-05-06T10:{minute:02}:00+00:00")
}

/// Who acts: the owner who sets things up, the bot that talks, the manager who works.
struct Cast<'a> {
    owner: &'a Client,
    bot: Client,
    manager: Client,
    manager_id: Value,
}

impl<'a> Cast<'a> {
    /// The keys are made as an operator makes them.
    async fn assemble(server: &'a Server, database: &TestDatabase) -> Self {
        let url = database.url();
        let manager = json!({ "name": "Анна Менеджер", "capacity": 5, "occurredAt": at(0) });
        let manager_id = server.mutate("registerManager", manager).await["createdId"].clone();
        let plain: uuid::Uuid =
            sqlx::query_scalar("select stream_id from ledgerdesk.streams where stream_type = 'manager'")
                .fetch_one(database.pool())
                .await
                .unwrap();
        let key = |arguments: &[&str]| {
            let said = done(&url, &[&["keys", "create"], arguments].concat());
            server.client(said.lines().next().unwrap())
        };
        Self {
            owner: server,
            bot: key(&["--role", "bot", "--name", "chat"]),
            manager: key(&["--role", "manager", "--name", "desk", "--manager", &plain.to_string()]),
            manager_id,
        }
    }

    /// Plays the story; the consultation's id.
    async fn play(&self) -> Value {
        let client = json!({ "kind": "PERSON", "name": "Борис Клиент", "occurredAt": at(0) });
        let client = self.owner.mutate("registerClient", client).await["createdId"].clone();
        let opening = json!({
            "topic": "Не печатает принтер", "channel": "TELEGRAM", "clientId": client, "occurredAt": at(1),
        });
        let id = self.bot.mutate("openConsultation", opening).await["createdId"].clone();
        self.hand_over(&id).await;
        self.work(&id).await;
        self.rate(&id).await;
        id
    }

    async fn hand_over(&self, id: &Value) {
        let said = |text| json!({ "channel": "TELEGRAM", "text": text });
        self.bot.mutate("receiveMessage", on(id, 2, said("Помогите"))).await;
        self.bot.mutate("sendMessage", on(id, 3, said("Зову человека"))).await;
        let asked = on(id, 4, json!({ "reason": "нужен человек" }));
        let handover = self.bot.mutate("requestHandover", asked).await["createdId"].clone();
        let offer = json!({ "handoverId": handover, "managerId": self.manager_id });
        self.owner.mutate("offerHandover", on(id, 5, offer)).await;
        self.manager.mutate("acceptHandover", on(id, 6, json!({ "handoverId": handover }))).await;
        self.manager.mutate("sendMessage", on(id, 7, said("Здравствуйте"))).await;
    }

    async fn work(&self, id: &Value) {
        let manager = &self.manager;
        manager.mutate("appointConsultation", on(id, 8, json!({ "appointedFor": at(30) }))).await;
        let call = |outcome: &str, minute| {
            let call = json!({ "direction": "OUTBOUND", "outcome": outcome, "startedAt": at(minute) });
            on(id, minute, call)
        };
        manager.mutate("logCall", call("NO_ANSWER", 9)).await;
        let moved = on(id, 10, json!({ "to": at(40), "reason": "не дозвонились" }));
        let redate = manager.mutate("redateConsultation", moved).await["createdId"].clone();
        let mut answered = call("ANSWERED", 11);
        answered["durationSeconds"] = json!(45);
        answered["redateId"] = redate;
        manager.mutate("logCall", answered).await;
        let resolved = on(id, 12, json!({ "resolution": "Заменили картридж" }));
        manager.mutate("resolveConsultation", resolved).await;
    }

    async fn rate(&self, id: &Value) {
        let asked = json!({ "questionnaire": "service", "questionnaireVersion": 1, "channel": "TELEGRAM" });
        let rating = self.bot.mutate("requestRating", on(id, 13, asked)).await["createdId"].clone();
        let rated = json!({
            "questionnaire": "service", "questionnaireVersion": 1, "ratingId": rating,
            "answers": [{ "question": "overall", "score": 5, "comment": "Спасибо" }],
        });
        self.bot.mutate("submitRating", on(id, 14, rated)).await;
        self.manager.mutate("closeConsultation", on(id, 15, json!({}))).await;
        self.manager.mutate("addNote", on(id, 16, json!({ "text": "Хороший клиент" }))).await;
        let revised = json!({ "ratingId": rating, "answers": [{ "question": "overall", "score": 4 }] });
        self.bot.mutate("reviseRating", on(id, 17, revised)).await;
    }
}

/// An input on the consultation, at a minute.
fn on(id: &Value, minute: u32, mut input: Value) -> Value {
    input["consultationId"] = id.clone();
    input["occurredAt"] = json!(at(minute));
    input
}

/// An entry as the story tells it.
fn told(entry: &Value, type_field: &str) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&entry["occurredAt"]), text(&entry[type_field]), text(&entry["actor"]["kind"]))
}

/// The story from an entry on.
fn story(from: usize) -> Vec<(String, String, String)> {
    let tell = |&(minute, event, actor): &(u32, &str, &str)| (at(minute), event.to_owned(), actor.to_owned());
    STORY[from..].iter().map(tell).collect()
}

#[tokio::test]
async fn from_message_to_rating_the_log_the_history_and_both_subscribers_agree() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let before = server.query("{ logHead { position cursor } }", json!({})).await["logHead"].take();
    let live = json!({ "after": before["cursor"] });
    let mut live = Socket::subscribe(&server.address, OWNER_KEY, EVENTS, live).await.unwrap();
    let cast = Cast::assemble(&server, &database).await;
    let id = cast.play().await;
    let head = server.head().await;

    let mut delivered = Vec::new();
    while delivered.last().is_none_or(|event: &Value| event["position"] != head) {
        delivered.push(live.data().await.unwrap()["events"].take());
    }
    let lived: Vec<_> = delivered.iter().map(|event| told(event, "type")).collect();
    assert_eq!(lived, story(0));
    let positions: Vec<_> = delivered.iter().map(|event| event["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, (before["position"].as_i64().unwrap() + 1..=head).collect::<Vec<_>>());

    let late = json!({ "after": "0" });
    let mut late = Socket::subscribe(&server.address, OWNER_KEY, EVENTS, late).await.unwrap();
    let mut replayed = Vec::new();
    while replayed.last().is_none_or(|event: &Value| event["position"] != head) {
        replayed.push(late.data().await.unwrap()["events"].take());
    }
    // It also tells how the workspace was set up.
    assert_eq!(replayed.first().unwrap()["position"], 1);
    assert_eq!(replayed[replayed.len() - delivered.len()..], delivered);

    assert_history(&server, &id, head).await;
    assert_parts(&server, &id, &cast.manager_id).await;
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
}

async fn assert_history(server: &Server, id: &Value, head: i64) {
    let history = "query($id: ID!, $min: Position) { history(consultationId: $id, first: 100, minPosition: $min) {
        nodes { eventType occurredAt recordedAt position version text from to actor { kind id manager { name } } } } }";
    let history = server.query(history, json!({ "id": id, "min": head })).await;
    let entries = history["history"]["nodes"].as_array().unwrap();
    let shown: Vec<_> = entries.iter().map(|entry| told(entry, "eventType")).collect();
    assert_eq!(shown, story(2));
    assert!(entries.is_sorted_by_key(|entry| entry["position"].as_i64()), "{history}");
    let versions: Vec<_> = entries.iter().map(|entry| entry["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, (1..=20).collect::<Vec<_>>());
    for entry in entries {
        assert!(entry["recordedAt"].as_str() > entry["occurredAt"].as_str(), "learned later: {entry}");
        let by_manager = entry["actor"]["kind"] == "MANAGER";
        assert_eq!(entry["actor"]["manager"]["name"] == "Анна Менеджер", by_manager, "{entry}");
    }
    let entry = |name: &str| entries.iter().find(|entry| entry["eventType"] == name).unwrap();
    assert_eq!(entry("MessageReceived")["text"], "Помогите");
    assert_eq!(
        (&entry("Started")["from"], &entry("Started")["to"]),
        (&json!("QUEUED"), &json!("IN_PROGRESS"))
    );
    let redated = |field: &str| entry("Redated")[field].as_str().unwrap()[..19].to_owned();
    assert_eq!((redated("from"), redated("to")), (at(30)[..19].to_owned(), at(40)[..19].to_owned()));
}

async fn assert_parts(server: &Server, id: &Value, manager: &Value) {
    let shown = "query($id: ID!) { consultation(id: $id) {
        status openedAt firstReplyAt firstResponseAt resolvedAt closedAt client { name } assignee { id }
        handovers { nodes { state requestedAt offeredAt acceptedAt firstResponseAt resolvedAt
                    requestedBy { kind } assignedTo { id } resolvedBy { id } } }
        redates { nodes { number movedFrom movedTo answeredAt callCount reason } }
        calls { nodes { outcome attempt durationSeconds redate { number } } }
        ratings { nodes { score revision attributedTo { id } } } } }";
    let mut shown = server.query(shown, json!({ "id": id })).await["consultation"].take();
    let handover = json!({
        "state": "RESOLVED", "requestedBy": { "kind": "BOT" }, "requestedAt": at(4), "offeredAt": at(5),
        "acceptedAt": at(6), "firstResponseAt": at(7), "resolvedAt": at(12),
        "assignedTo": { "id": manager }, "resolvedBy": { "id": manager },
    });
    assert_eq!(shown["handovers"]["nodes"].take(), json!([handover]));
    let redate = json!({
        "number": 1, "movedFrom": at(30), "movedTo": at(40), "answeredAt": at(11), "callCount": 1,
        "reason": "не дозвонились",
    });
    assert_eq!(shown["redates"]["nodes"].take(), json!([redate]));
    let missed = json!({ "outcome": "NO_ANSWER", "attempt": 1, "durationSeconds": null, "redate": null });
    let answered =
        json!({ "outcome": "ANSWERED", "attempt": 2, "durationSeconds": 45, "redate": { "number": 1 } });
    assert_eq!(shown["calls"]["nodes"].take(), json!([missed, answered]));
    let rating = json!({ "score": 400, "revision": 1, "attributedTo": { "id": manager } });
    assert_eq!(shown["ratings"]["nodes"].take(), json!([rating]));
    let times = json!({
        "status": "CLOSED", "openedAt": at(1), "firstReplyAt": at(3), "firstResponseAt": at(7),
        "resolvedAt": at(12), "closedAt": at(15),
    });
    for (field, expected) in times.as_object().unwrap() {
        assert_eq!(shown[field], *expected, "{field}");
    }
    assert_eq!((&shown["client"]["name"], &shown["assignee"]["id"]), (&json!("Борис Клиент"), manager));
}
