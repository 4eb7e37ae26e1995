//! Who read whose personal data is kept before they are shown it: driven over every leaf of the schema.

use std::collections::BTreeMap;

use async_graphql::{Request, Response};
use futures_util::{StreamExt as _, future::join_all};
use ledgerdesk_api::graphql::{
    caller::{Caller, Role},
    global_id::{self, NodeKind},
    reading::Reading,
};
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::{
    auth::{Disclosure, DisclosureKind, Whose},
    clock::{IdSource as _, SystemIds},
    config::ReadLogLevel,
};
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::{
    documents::Schema,
    now,
    office::{Office, codes},
};

/// A word in every personal value of a story, and nowhere else.
const WORD: &str = "lermontov";

const ALPHA: [&str; 2] = ["alphaville", "+79990001111"];
const BETA: [&str; 2] = ["betatown", "+79990002222"];

/// A consultation with everything, and whose it is.
struct Story {
    /// The word that only this story's texts hold, and the number that was called.
    marks: [&'static str; 2],
    consultation: String,
    client: String,
    manager: String,
}

impl Story {
    async fn tell(office: &Office, owner: &Caller, [mark, phone]: [&'static str; 2]) -> Self {
        let text = |what: &str| format!("{WORD} {mark} {what}");
        let email = format!("{mark}@{WORD}.example");
        let manager = json!({ "name": "Anna", "capacity": 5, "email": email });
        let manager = office.done(owner, "registerManager", manager).await;
        let contacts = json!([{ "kind": "EMAIL", "value": email }]);
        let client = json!({ "kind": "PERSON", "name": text("name"), "company": text("company"), "contacts": contacts });
        let client = office.done(owner, "registerClient", client).await;
        let opened = json!({ "topic": text("topic"), "description": text("description"), "channel": "SITE",
            "clientId": client });
        let id = office.done(owner, "openConsultation", opened).await;
        let on = |more: Value| {
            let mut input = json!({ "consultationId": id });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        office.done(owner, "assignConsultation", on(json!({ "assignee": manager }))).await;
        office.done(owner, "startConsultation", on(json!({}))).await;
        let files = json!([{ "name": text("file"), "contentType": "text/plain", "size": 1, "url": "https://f.example/1" }]);
        let message = json!({ "channel": "SITE", "text": text("message"), "attachments": files });
        office.done(owner, "receiveMessage", on(message)).await;
        office.done(owner, "addNote", on(json!({ "text": text("note") }))).await;
        let handover = office.done(owner, "requestHandover", on(json!({ "reason": text("handover") }))).await;
        let back = json!({ "handoverId": handover, "reason": text("back") });
        office
            .done(owner, "acceptHandover", on(json!({ "handoverId": handover, "managerId": manager })))
            .await;
        office.done(owner, "returnHandover", on(back)).await;
        office
            .done(owner, "appointConsultation", on(json!({ "appointedFor": "2030-01-01T00:00:00Z" })))
            .await;
        let later = json!({ "to": "2030-01-02T00:00:00Z", "reason": text("redate") });
        office.done(owner, "redateConsultation", on(later)).await;
        let call = json!({ "direction": "OUTBOUND", "outcome": "ANSWERED", "startedAt": "2026-01-01T00:00:00Z",
            "managerId": manager, "phone": phone });
        office.done(owner, "logCall", on(call)).await;
        office.done(owner, "resolveConsultation", on(json!({ "resolution": text("resolution") }))).await;
        Self { marks: [mark, phone], consultation: id, client, manager }
    }

    /// Whether an entry names whose values these are.
    fn is_named_in(&self, entry: &Value) -> bool {
        let names = |ids: &str, id: &String| entry[ids].as_array().unwrap().contains(&json!(id));
        names("consultationIds", &self.consultation)
            || names("clientIds", &self.client)
            || names("managerIds", &self.manager)
    }
}

const SHOWN: &str =
    "nodes { kind action operations consultationIds clientIds managerIds byKey requestId details
    position personal actor { kind } }";

/// The entries of reading, the newest first.
async fn entries(office: &Office, auditor: &Caller, filter: &str) -> Vec<Value> {
    let query = format!("{{ disclosures(filter: {{ {filter} }}, first: 100) {{ {SHOWN} }} }}");
    office.ask(auditor, &query).await["disclosures"]["nodes"].as_array().unwrap().clone()
}

fn text(answer: &Response) -> String {
    serde_json::to_string(&answer.data).unwrap().to_lowercase()
}

#[tokio::test]
async fn whatever_shows_a_personal_value_names_whose_it_is() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let stories = [Story::tell(&office, &owner, ALPHA).await, Story::tell(&office, &owner, BETA).await];
    office.settled().await;
    let schema = Schema::read(&office).await;
    let first = &stories[0];
    let fill = |path: &str, of: &str| {
        let name = path.rsplit('.').next().unwrap_or_default().to_lowercase();
        let id = match of {
            "ID" if name.contains("client") => &first.client,
            "ID" if name.contains("manager") => &first.manager,
            "ID" => &first.consultation,
            "String" if name == "text" => return Some(format!("{WORD:?}")),
            _ => return None,
        };
        Some(format!("{id:?}"))
    };
    let finds = async |document: &str, of: &str| {
        let answer = office.respond_noting(&owner, Request::new(document), Reading::whole()).await;
        serde_json::to_string(&answer.data).unwrap().contains(&format!("{of:?}"))
    };
    let leaves = schema.leaves(&fill, finds).await;
    assert!(leaves.len() > 300, "{}", leaves.len());

    let mut showing: BTreeMap<String, usize> = BTreeMap::new();
    for (leaf, document) in &leaves {
        let everything = office.respond_noting(&owner, Request::new(document), Reading::whole()).await;
        let reader = Caller { request_id: SystemIds.next_id(), ..owner.clone() };
        let answer = office.respond(&reader, document, json!({})).await;
        let (everything, shown) = (text(&everything), text(&answer));
        let holds = |text: &str| text.contains(WORD) || text.contains("+7999000");
        assert_eq!(holds(&everything), holds(&shown), "{leaf} is not read by its name: {document}");
        if !holds(&shown) {
            continue;
        }
        *showing.entry(leaf.clone()).or_default() += 1;
        let kept = entries(&office, &owner, "kind: [READ]").await;
        let entry = &kept[0];
        assert_eq!(entry["requestId"], json!(reader.request_id), "{document}: {entry}");
        for story in stories.iter().filter(|story| story.marks.iter().any(|mark| shown.contains(mark))) {
            assert!(story.is_named_in(entry), "{document} showed {:?}: {entry}", story.marks);
        }
    }
    for leaf in [
        "Consultation.topic",
        "ConsultationDetail.description",
        "ConsultationDetail.resolution",
        "Client.name",
        "Client.company",
        "Contact.value",
        "Message.text",
        "Attachment.name",
        "Manager.email",
        "Handover.reason",
        "Handover.returnReason",
        "Redate.reason",
        "Call.phone",
        "Event.data",
        "SearchMatch.text",
        "NoteEntry.text",
        "FieldChange.to",
    ] {
        assert!(showing.contains_key(leaf), "{leaf} shows nothing: {showing:?}");
    }
    eprintln!("the readings: {} leaves, {} of them show personal values", leaves.len(), showing.len());
    office.close().await;
}

#[tokio::test]
async fn an_auditor_asks_who_read_whose_data_when_and_how() {
    let office = Office::open().await;
    let (owner, auditor) = (office.caller(Role::Owner).await, office.caller(Role::Auditor).await);
    let story = Story::tell(&office, &owner, ALPHA).await;
    let other = Story::tell(&office, &owner, BETA).await;
    office.settled().await;
    let reader = office.caller(Role::Manager).await;
    let one = format!("{{ consultation(id: {:?}) {{ topic }} }}", story.consultation);
    office.ask(&reader, &one).await;
    office.ask(&reader, "{ clients { nodes { name } } }").await;
    office.ask(&reader, "{ consultations { nodes { id status client { id } assignee { team } } } }").await;
    office.ask(&reader, "{ searchConsultations(text: \"nobody has this\") { nodes { id } } }").await;
    let analyst = office.caller(Role::Analyst).await;
    office.ask(&analyst, "{ consultations { nodes { topic } } }").await;

    let by_reader = format!("byKey: {:?}", reader.key_id.to_string());
    let kept = entries(&office, &auditor, &by_reader).await;
    let read: Vec<&Value> = kept.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(read, ["read:searchConsultations", "read:clients", "read:consultation"], "{kept:?}");
    assert_eq!(kept[0]["details"], json!({ "entrance": "graphql", "searched": true }));
    assert_eq!(kept[2]["consultationIds"], json!([story.consultation]));
    assert_eq!(kept[2]["clientIds"], json!([story.client]), "whose it is, although only the topic was shown");
    assert!(kept[2]["position"].as_i64().unwrap() > 1);
    let by_analyst = format!("byKey: {:?}", analyst.key_id.to_string());
    assert_eq!(
        entries(&office, &auditor, &by_analyst).await,
        [] as [Value; 0],
        "what is masked is not shown"
    );

    let expected: [(String, &[&str]); 6] = [
        (format!("client: {:?}", story.client), &["read:clients", "read:consultation"]),
        (format!("client: {:?}", other.client), &["read:clients"]),
        (format!("consultation: {:?}", story.consultation), &["read:consultation"]),
        ("operation: \"clients\"".to_owned(), &["read:clients"]),
        ("at: { before: \"2026-01-01T00:00:00Z\" }".to_owned(), &[]),
        ("kind: [EXPORT]".to_owned(), &[]),
    ];
    for (filter, expected) in expected {
        let kept = entries(&office, &auditor, &format!("{by_reader}, {filter}")).await;
        let actions: Vec<&str> = kept.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, expected, "{filter}");
    }

    let wrong =
        format!("{{ disclosures(filter: {{ client: {:?} }}) {{ nodes {{ at }} }} }}", story.consultation);
    assert_eq!(office.codes(&auditor, &wrong).await, ["BAD_USER_INPUT"]);
    let neighbour = office.neighbour().await;
    let stranger = office.caller_in(neighbour, Role::Owner).await;
    assert_eq!(entries(&office, &stranger, "").await, [] as [Value; 0]);
    assert_eq!(office.codes(&reader, "{ disclosures { nodes { at } } }").await, ["FORBIDDEN"]);
    office.close().await;
}

#[tokio::test]
async fn a_command_that_shows_personal_data_and_a_subscription_are_kept_too() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let story = Story::tell(&office, &owner, ALPHA).await;
    office.settled().await;
    let tags = json!({ "consultationId": story.consultation, "add": ["new"] });
    office.mutate(&owner, "changeTags", tags, "consultation { topic }").await;
    let kept = entries(&office, &owner, "kind: [READ]").await;
    assert_eq!(kept[0]["operations"], json!(["changeTags"]), "{kept:?}");
    assert!(story.is_named_in(&kept[0]));
    let count = kept.len();
    let tags = json!({ "consultationId": story.consultation, "add": ["another"] });
    office.mutate(&owner, "changeTags", tags, "consultation { id tags }").await;
    assert_eq!(entries(&office, &owner, "kind: [READ]").await.len(), count);

    let id = global_id::decode(&story.consultation).unwrap().1;
    assert_eq!(global_id::encode(NodeKind::Consultation, id), story.consultation);
    for (document, arguments) in [
        (
            format!("subscription {{ consultationChanged(id: {:?}) {{ topic }} }}", story.consultation),
            Some(json!({ "id": story.consultation })),
        ),
        (format!("subscription {{ consultationChanged(id: {:?}) {{ status }} }}", story.consultation), None),
        (
            "subscription { consultationsChanged(filter: { text: \"lermontov\", status: [RESOLVED] }) { added { topic } } }"
                .to_owned(),
            Some(json!({ "filter": { "text": "withheld", "status": ["RESOLVED"] } })),
        ),
        ("subscription { events(after: \"0\") { data } }".to_owned(), Some(json!({ "after": "0" }))),
        ("subscription { queueCounts { statuses { status } } }".to_owned(), None),
    ] {
        let before = entries(&office, &owner, "kind: [SUBSCRIPTION]").await.len();
        let first = office.follow(&owner, &document).await.next().await.unwrap();
        assert!(first.errors.is_empty(), "{document}: {:?}", first.errors);
        let kept = entries(&office, &owner, "kind: [SUBSCRIPTION]").await;
        match arguments {
            Some(arguments) => assert_eq!(kept[0]["details"], json!({ "arguments": arguments }), "{document}"),
            None => assert_eq!(kept.len(), before, "{document}"),
        }
    }
    office.close().await;
}

#[tokio::test]
async fn nothing_is_shown_that_cannot_be_kept_and_an_operator_decides_what_is() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    Story::tell(&office, &owner, ALPHA).await;
    let story = Story::tell(&office, &owner, BETA).await;
    office.settled().await;
    let list = "{ consultations { nodes { topic } } }";
    let one = format!("{{ consultation(id: {:?}) {{ topic }} }}", story.consultation);
    for (level, expected) in [(ReadLogLevel::Off, 0), (ReadLogLevel::Single, 1), (ReadLogLevel::All, 2)] {
        let before = entries(&office, &owner, "kind: [READ]").await.len();
        let log = office.read_log(level);
        for query in [list, &one] {
            let answer = office.respond_keeping(&log, &owner, query, json!({})).await;
            assert!(text(&answer).contains(story.marks[0]));
        }
        let kept = entries(&office, &owner, "kind: [READ]").await.len() - before;
        assert_eq!(kept, expected, "{level:?}");
    }
    let mut database = office.database.owner().await;
    database.execute("revoke insert on ledgerdesk.disclosures from ledgerdesk_app").await.unwrap();
    let refused = office.respond(&owner, list, json!({})).await;
    assert_eq!(codes(&refused), ["INTERNAL_SERVER_ERROR"]);
    assert!(!text(&refused).contains(WORD));
    let impersonal = office.respond(&owner, "{ consultations { nodes { id } } }", json!({})).await;
    assert!(impersonal.errors.is_empty(), "what shows nobody needs no entry");
    database.execute("grant insert on ledgerdesk.disclosures to ledgerdesk_app").await.unwrap();
    assert!(office.respond(&owner, list, json!({})).await.errors.is_empty());
    office.close().await;
}

fn entry(office: &Office, by: &Caller, kind: DisclosureKind, days_ago: i64) -> Disclosure {
    Disclosure {
        kind,
        workspace_id: office.node.workspace,
        at: now() - chrono::TimeDelta::days(days_ago),
        by_key: Some(by.key_id),
        actor: by.actor.clone(),
        request_id: None,
        action: "read:consultation".to_owned(),
        operations: vec!["consultation".to_owned()],
        personal: true,
        whose: Whose::default(),
        position: Position(7),
        rows: None,
        details: json!({}),
    }
}

#[tokio::test]
async fn many_who_read_at_once_share_commits_and_one_that_cannot_be_kept_stands_alone() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let log = office.keys.disclosures();
    let mut all: Vec<Disclosure> =
        (0..400).map(|_| entry(&office, &owner, DisclosureKind::Read, 0)).collect();
    all[123].action = String::new();
    let kept = join_all(all.iter().map(|entry| log.keep(entry.clone()))).await;
    for (number, kept) in kept.iter().enumerate() {
        assert_eq!(kept.is_ok(), number != 123, "{number}: {kept:?}");
    }
    let keep_again = join_all(all.iter().skip(200).map(|entry| log.keep(entry.clone()))).await;
    assert!(keep_again.iter().all(Result::is_ok));
    let (rows, commits): (i64, i64) =
        sqlx::query_as("select count(*), count(distinct xmin::text) from ledgerdesk.disclosures")
            .fetch_one(office.database.pool())
            .await
            .unwrap();
    assert_eq!(rows, 599);
    // The batch with the one that is refused was written one by one.
    assert!(commits <= 256 + 5, "{commits}");
    office.close().await;
}

#[tokio::test]
async fn entries_of_reading_end_after_their_time_and_those_of_exports_never() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let log = office.keys.disclosures();
    for (kind, days) in [
        (DisclosureKind::Read, 40),
        (DisclosureKind::Subscription, 40),
        (DisclosureKind::Export, 40),
        (DisclosureKind::Read, 20),
    ] {
        log.keep(entry(&office, &owner, kind, days)).await.unwrap();
    }
    log.prune(29).await.unwrap_err();
    assert_eq!(log.prune(35).await.unwrap(), 2);
    assert_eq!(log.prune(35).await.unwrap(), 0);
    let left: Vec<(String,)> = sqlx::query_as("select kind from ledgerdesk.disclosures order by id")
        .fetch_all(office.database.pool())
        .await
        .unwrap();
    assert_eq!(left, [("EXPORT".to_owned(),), ("READ".to_owned(),)]);
    let mut database = office.database.owner().await;
    for change in [
        "delete from ledgerdesk.disclosures",
        "set ledgerdesk.pruning = on; delete from ledgerdesk.disclosures",
        "truncate ledgerdesk.disclosures",
        "update ledgerdesk.disclosures set consultations = '{}'",
    ] {
        let refused = database.execute(sqlx::AssertSqlSafe(change)).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
    }
    let by_app =
        office.database.pool().execute("delete from ledgerdesk.disclosures where kind = 'READ'").await;
    assert!(by_app.unwrap_err().to_string().contains("permission denied"));
    office.close().await;
}
