//! Consultations that were not imported, filters, walls and wrong questions.

use async_graphql::Request;
use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_api::graphql::{caller::Role, query::MostSteps};
use ledgerdesk_domain::{
    consultation::{
        AddNote, Assign, Attributes, Channel, Consultation, ConsultationCommand as C, OpenConsultation,
        Party, Priority, Resolve, Start,
    },
    id::WorkspaceId,
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    command::Envelope,
    import::Mapping,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{desk::Desk, pm4py::Folder};

const ANN: Uuid = Uuid::from_u128(0xA);

fn at(minute: i64) -> DateTime<Utc> {
    // A Monday at noon.
    "2025-06-02T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

impl Desk {
    pub(crate) async fn tell(&self, consultation: u128, minute: i64, command: C) {
        let stream = Uuid::from_u128(consultation);
        let envelope = Envelope { occurred_at: Some(at(minute)), ..self.node.envelope(stream, command) };
        self.node.executor.execute::<Consultation>(envelope).await.unwrap();
    }

    pub(crate) async fn open_one(&self, consultation: u128, minute: i64, team: &str) {
        let open = OpenConsultation {
            client_id: None,
            topic: "Printer".to_owned(),
            description: None,
            channel: Channel::Site,
            priority: Priority::Normal,
            language: None,
            team: Some(team.to_owned()),
            tags: Vec::new(),
            catalog: Vec::new(),
            attributes: Attributes::new(),
        };
        self.tell(consultation, minute, C::OpenConsultation(open)).await;
    }
}

pub(crate) fn note() -> C {
    C::AddNote(AddNote { note_id: SystemIds.next_id().into(), text: "hm".to_owned(), author: Party::System })
}

/// One that is noted, assigned, started and resolved, one that is only opened.
pub(crate) async fn two(desk: &Desk) {
    desk.open_one(1, 0, "first").await;
    desk.tell(1, 5, note()).await;
    let assign = Assign { assignee: Some(ANN.into()), team: Some("second".to_owned()), reason: None };
    desk.tell(1, 10, C::Assign(assign)).await;
    desk.tell(1, 70, C::Start(Start)).await;
    desk.tell(1, 80, C::Resolve(Resolve { resolution: None, code: None })).await;
    desk.open_one(2, 1_440, "first").await;
    desk.settled().await;
}

fn names(list: &Value, field: &str) -> Vec<Value> {
    list["nodes"].as_array().unwrap().iter().map(|node| node[field].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_consultations_are_mined_by_the_names_of_their_events() {
    let desk = Desk::open().await;
    two(&desk).await;
    let data = desk
        .ask(
            r#"{ processMining(without: ["NoteAdded"]) {
                caseCount eventCount
                variants { nodes { activities count share example { id } exampleId durations { mean } } }
                handoverOfWorkBetweenTeams { nodes { from to count share } }
                waitingTimes(timeZone: "Europe/Moscow", to: "Started") { weekday hour durations { count mean } }
            } }"#,
        )
        .await;
    let mined = &data["processMining"];
    assert_eq!((&mined["caseCount"], &mined["eventCount"]), (&json!(2), &json!(5)));
    let paths = names(&mined["variants"], "activities");
    assert_eq!(
        paths,
        [json!(["ConsultationOpened"]), json!(["ConsultationOpened", "Assigned", "Started", "Resolved"])]
    );
    let whole = &mined["variants"]["nodes"][1];
    assert_eq!(whole["durations"]["mean"], 80 * 60_000);
    assert_eq!(whole["share"], 0.5);
    assert_eq!(whole["example"]["id"], whole["exampleId"]);
    let teams = json!([
        { "from": "second", "to": "second", "count": 2, "share": 2.0 / 3.0 },
        { "from": "first", "to": "second", "count": 1, "share": 1.0 / 3.0 },
    ]);
    assert_eq!(mined["handoverOfWorkBetweenTeams"]["nodes"], teams);
    // 12:10 UTC is 15:10 in Moscow.
    let wait = json!([{ "weekday": 1, "hour": 15, "durations": { "count": 1, "mean": 60 * 60_000 } }]);
    assert_eq!(mined["waitingTimes"], wait);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_leaves_whole_consultations() {
    let desk = Desk::open().await;
    two(&desk).await;
    let count = async |arguments: &str| {
        let data = desk.ask(&format!("{{ processMining({arguments}) {{ caseCount eventCount }} }}")).await;
        let mined = &data["processMining"];
        (mined["caseCount"].as_u64().unwrap(), mined["eventCount"].as_u64().unwrap())
    };
    assert_eq!(count("filter: {}").await, (2, 6));
    assert_eq!(count("filter: { status: [RESOLVED] }").await, (1, 5));
    assert_eq!(count(r#"filter: { opened: { from: "2025-06-03T00:00:00Z" } }"#).await, (1, 1));
    assert_eq!(count(r#"filter: { team: ["nobody"] }"#).await, (0, 0));
    assert_eq!(count(r#"only: ["Started"]"#).await, (1, 1));
    assert_eq!(count("only: []").await, (0, 0));
    let empty = desk
        .ask(
            r#"{ processMining(filter: { team: ["nobody"] }) {
                caseDurations { mean } directlyFollows { totalCount nodes { count } } waitingTimes { hour }
            } }"#,
        )
        .await;
    let nothing = json!({ "processMining": {
        "caseDurations": null, "directlyFollows": { "totalCount": 0, "nodes": [] }, "waitingTimes": [],
    } });
    assert_eq!(empty, nothing);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_steps_of_what_is_out_of_reach() {
    let desk = Desk::open().await;
    two(&desk).await;
    let query = "{ processMining { caseCount eventCount activities { totalCount } } }";
    let other = desk.respond(query, WorkspaceId(Uuid::from_u128(0xBAD)), Role::Owner).await;
    let nothing = json!({ "caseCount": 0, "eventCount": 0, "activities": { "totalCount": 0 } });
    assert_eq!(other.data.into_json().unwrap()["processMining"], nothing);
    // Words tell what is written in the consultations.
    let words = r#"{ processMining(filter: { text: "Printer" }) { caseCount } }"#;
    let analyst = desk.respond(words, desk.node.workspace, Role::Analyst).await;
    assert_eq!(analyst.errors.len(), 1, "{:?}", analyst.data);
    assert!(desk.respond(query, desk.node.workspace, Role::Analyst).await.errors.is_empty());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_question_is_answered_with_what_would_be_right() {
    let desk = Desk::open().await;
    two(&desk).await;
    for (field, words) in [
        (r#"waitingTimes(timeZone: "Europe/Atlantis") { hour }"#, "IANA"),
        (r#"waitingTimes(from: "Start") { hour }"#, "the most frequent are: ConsultationOpened"),
        ("variants(first: 0) { totalCount }", "between 1 and 100"),
        ("rework(first: 101) { totalCount }", "between 1 and 100"),
        (r#"rework(after: "AAAA") { totalCount }"#, "cursor"),
    ] {
        let (code, message) = desk.refused(&format!("{{ processMining {{ {field} }} }}")).await;
        assert_eq!(code, "BAD_USER_INPUT", "{field}");
        assert!(message.contains(words), "{message}");
    }
    let variants = "variants(first: 1) { pageInfo { endCursor } }";
    let data = desk.ask(&format!("{{ processMining {{ {variants} }} }}")).await;
    let cursor = &data["processMining"]["variants"]["pageInfo"]["endCursor"];
    let page = |arguments: &str| {
        format!("{{ processMining{arguments} {{ variants(after: {cursor}) {{ nodes {{ count }} }} }} }}")
    };
    assert_eq!(desk.ask(&page("")).await["processMining"]["variants"]["nodes"], json!([{ "count": 1 }]));
    let (code, _) = desk.refused(&page(r#"(without: ["NoteAdded"])"#)).await;
    assert_eq!(code, "BAD_USER_INPUT", "a cursor stays in its filter");
    desk.close().await;
}

/// What stands in a page between this fence and the next one.
fn block<'a>(page: &'a str, after: &str, fence: &str) -> &'a str {
    let (_, page) = page.split_once(after).unwrap();
    let (_, block) = page.split_once(&format!("\n```{fence}\n")).unwrap();
    block.split_once("\n```\n").unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_page_is_answered_as_it_says() {
    let read = |name: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let (importing, mining) = (read("importing.md"), read("mining.md"));
    let example = "## A worked example";
    let folder = Folder::new();
    let source = folder.join("tickets.csv");
    std::fs::write(&source, block(&importing, example, "csv")).unwrap();
    let mapping = Mapping::parse("tickets.toml", block(&importing, example, "toml")).unwrap();
    let desk = Desk::open().await;
    desk.import(mapping, &source).await;
    let answer = desk.ask(block(&mining, "## Asking", "graphql")).await;
    let told: Value = serde_json::from_str(block(&mining, "## Asking", "json")).unwrap();
    assert_eq!(answer, told);
    desk.close().await;
}

#[tokio::test]
async fn more_steps_than_one_answer_looks_at_are_refused_and_a_filter_helps() {
    let desk = Desk::open().await;
    two(&desk).await;
    desk.settled().await;
    let query = "{ processMining { eventCount } }";
    let all = desk.ask(query).await["processMining"]["eventCount"].as_u64().unwrap();
    let most = |steps: u64, query: &str| Request::new(query).data(MostSteps(usize::try_from(steps).unwrap()));
    let (code, message) = desk.refused_of(most(all - 1, query)).await;
    assert_eq!(code, "TOO_MANY_STEPS");
    assert!(
        message.contains(&format!("more than {} steps", all - 1)) && message.contains("`filter`"),
        "{message}"
    );
    let owner = |request| desk.respond_to(request, desk.node.workspace, Role::Owner);
    assert!(owner(most(all, query)).await.errors.is_empty(), "as many as may be");
    let narrow = "{ processMining(filter: { status: [QUEUED] }) { eventCount } }";
    let narrowed = owner(most(all - 1, narrow)).await;
    assert!(narrowed.errors.is_empty(), "{:?}", narrowed.errors);
    desk.close().await;
}
