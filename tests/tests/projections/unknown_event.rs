//! An event that a newer program wrote: readers stop there and say so, nobody skips it, and after the upgrade they
//! go on by themselves.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{AddNote, Appoint, Consultation, ConsultationCommand, Party},
    event,
    stream::Position,
    upcast::{self, Upcasting},
};
use ledgerdesk_infrastructure::{
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
    command::CommandError,
    event_store::{Cursor, ReadError, StoreError},
};
use ledgerdesk_projections::runtime::ProjectionState;
use ledgerdesk_tests::{
    TestDatabase,
    node::Node,
    raw::{RawEvent, append_raw},
    server::{OWNER_KEY, Server, done, run, said},
    socket::Socket,
    wait_until,
};
use serde_json::{Value, json};

use crate::support::{Program, count, last_opened, on, wait_for_read_models};

/// What the program knew before promises could be windows.
fn before_windows() -> Upcasting {
    let schemas = event::schemas()
        .map(|(_, event_type, newest)| (event_type, if event_type == "Appointed" { 1 } else { newest }));
    Upcasting::of(schemas, upcast::upcasters().filter(|step| step.event_type != "Appointed")).unwrap()
}

fn window(from: chrono::DateTime<Utc>) -> ConsultationCommand {
    ConsultationCommand::Appoint(Appoint {
        appointed_for: from,
        appointed_until: Some(from + TimeDelta::hours(2)),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_program_stops_at_a_newer_event_and_the_newer_one_goes_on_from_there() {
    let database = TestDatabase::new().await;
    let old = Program::start(
        database.pool(),
        Node::open_knowing(database.pool(), before_windows()).await,
        "before the upgrade",
    );
    let mut follower = old.node.store.follow(Cursor::START).await.unwrap();
    let touched = old.node.open_consultation(None, "touched by a newer program").await;
    let untouched = old.node.open_consultation(None, "left alone").await;
    old.shows(untouched.position).await;

    // A newer node of the same workspace writes what the older one does not know.
    let mut newer = Node::open(database.pool()).await;
    newer.workspace = old.node.workspace;
    let promise = newer.envelope(touched.stream.id, window(SystemClock.now()));
    let unknown = newer.executor.execute::<Consultation>(promise).await.unwrap().position;

    // Readers of the older one get everything before it and then are told.
    let mut reached = Position::START;
    let error = loop {
        match follower.next_page(100).await {
            Ok(page) => reached = page.cursor.position,
            Err(error) => break error,
        }
    };
    assert_eq!((reached.next(), error.code()), (unknown, Some("event_unknown")), "{error}");

    // The stream that it belongs to takes no command there; others do, and go beyond it.
    let command = old.node.envelope(touched.stream.id, note());
    let refused = old.node.executor.execute::<Consultation>(command).await.unwrap_err();
    assert!(matches!(refused, CommandError::Store(StoreError::UnknownEvent(_))), "{refused}");
    let command = old.node.envelope(untouched.stream.id, note());
    let beyond = old.node.executor.execute::<Consultation>(command).await.unwrap().position;
    assert!(beyond > unknown);
    wait_until("the older node sees the head move on", async || old.node.store.head().position == beyond)
        .await;
    let behind = old.node.store.cursor_at(unknown).await.unwrap();
    assert_eq!(old.node.store.follow(behind).await.unwrap().next_page(9).await.unwrap().events.len(), 1);

    // Its projections wait right before it, and whoever waits for them is told at once.
    wait_until("every projection has stopped", async || {
        let paused = "select count(*) from ledgerdesk.projections where status = 'paused'";
        count(&database, paused).await == i64::try_from(ledgerdesk_tests::read_models()).unwrap()
    })
    .await;
    for status in old.read_side.status().await.unwrap() {
        let ProjectionState::Paused(pause) = &status.state else { panic!("{status:?}") };
        assert_eq!((pause.code.as_str(), status.position.next()), ("event_unknown", unknown), "{status:?}");
    }
    let stale = old.read_side.wait_for(&["calls"], beyond, Duration::from_mins(1)).await.unwrap_err();
    assert_eq!(stale.pause.map(|pause| pause.code).as_deref(), Some("event_unknown"));

    // The upgrade.
    old.stop().await;
    let new = Program::start(database.pool(), newer, "after the upgrade");
    wait_for_read_models(&database).await;
    new.shows(beyond).await;
    assert_eq!(
        count(&database, "select count(*) from ledgerdesk.projections where status = 'paused'").await,
        0
    );
    let windows = "select count(*) from read.consultation_list where appointed_until > appointed_for";
    assert_eq!(count(&database, windows).await, 1, "it was not skipped");
    let compared = new.read_side.equals_rebuild("consultation_list", |_| {}).await.unwrap();
    assert!(compared.is_equal(), "{compared:?}");
    new.stop().await;
}

/// A command whose event every version knows.
fn note() -> ConsultationCommand {
    let note_id = SystemIds.next_id().into();
    ConsultationCommand::AddNote(AddNote { note_id, author: Party::Bot, text: "Seen.".to_owned() })
}

#[tokio::test]
async fn a_node_that_starts_behind_the_event_stops_at_it_too() {
    let database = TestDatabase::new().await;
    let newer = Node::open(database.pool()).await;
    let opened = newer.open_consultation(None, "first").await;
    let promise = newer.envelope(opened.stream.id, window(SystemClock.now()));
    let unknown = newer.executor.execute::<Consultation>(promise).await.unwrap().position;
    // More than a block of the older log.
    for _ in 0..3 {
        newer.open_consultation(None, "later").await;
    }
    let old = Node::open_knowing(database.pool(), before_windows()).await;
    let mut follower = old.store.follow(Cursor::START).await.unwrap();
    assert_eq!(follower.next_page(100).await.unwrap().cursor.position.next(), unknown);
    let stopped = follower.next_page(100).await;
    assert!(matches!(stopped, Err(ReadError::Store(StoreError::UnknownEvent(_)))));
    newer.close().await;
    old.close().await;
}

const EVENTS: &str = "subscription($after: String) { events(after: $after) { position } }";

async fn metric(server: &Server, line: &str) -> bool {
    server.get("/metrics").await.1.lines().any(|found| found == line)
}

#[tokio::test]
async fn a_server_says_everywhere_that_it_has_to_be_upgraded() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let server = Server::start(&url);
    let id = server.open("Forwarded by a newer program").await;
    let (workspace, consultation) = last_opened(&database).await;
    let other = server.open("Left alone").await;
    wait_for_read_models(&database).await;
    let unknown = append_raw(
        database.pool(),
        &RawEvent {
            workspace,
            consultation,
            event_type: "ConsultationForwarded",
            schema_version: 1,
            payload: json!({ "to": "a galaxy far away" }),
        },
    )
    .await;

    // Operators.
    let paused =
        "select count(*) from ledgerdesk.projections where status = 'paused' and code = 'event_unknown'";
    wait_until("the read models have stopped", async || {
        count(&database, paused).await == i64::try_from(ledgerdesk_tests::read_models()).unwrap()
    })
    .await;
    let listed = done(&url, &["projections", "list"]);
    assert!(
        listed.contains("paused (event_unknown)") && listed.contains("ConsultationForwarded"),
        "{listed}"
    );
    let (status, ready) = server.get("/health/ready").await;
    let ready: Value = serde_json::from_str(&ready).unwrap();
    let shown = &ready["projections"][0];
    assert_eq!((status, &shown["status"], &shown["code"]), (200, &json!("paused"), &json!("event_unknown")));
    let query = "{ projections { name state code reason lagEvents lagSeconds position parkedEvents } }";
    let projections = server.query(query, json!({})).await["projections"].take();
    for projection in projections.as_array().unwrap() {
        assert_eq!(projection["state"], "PAUSED", "{projection}");
        assert_eq!(projection["code"], "event_unknown", "{projection}");
        assert_eq!(projection["position"], unknown - 1, "{projection}");
        assert!(projection["lagEvents"].as_i64().unwrap() >= 1, "{projection}");
    }
    wait_until("the metrics say so", async || {
        metric(&server, r#"projection_pause{projection="calls",code="event_unknown"} 1"#).await
            && metric(&server, r#"projection_paused{projection="calls"} 1"#).await
            && metric(&server, &format!("ledgerdesk_log_unknown_event_position {unknown}")).await
    })
    .await;

    // Subscribers, from the start and from the end.
    let mut socket =
        Socket::subscribe(&server.address, OWNER_KEY, EVENTS, json!({ "after": "0" })).await.unwrap();
    let mut seen = 0;
    let told = loop {
        let message = socket.next().await.unwrap();
        if let Some(errors) = message["payload"].get("errors").or(message["payload"].get(0)) {
            break errors.to_string();
        }
        seen = message["payload"]["data"]["events"]["position"].as_i64().unwrap();
    };
    assert!(told.contains("UNKNOWN_EVENT") && !told.contains("Forwarded"), "{told}");
    assert_eq!(seen, unknown - 1);

    // Commands.
    let start = "mutation($input: StartConsultationInput!) { startConsultation(input: $input) { position } }";
    assert_eq!(server.fault(start, json!({ "input": on(&id, json!({})) })).await, "UNKNOWN_EVENT");
    let started = server.mutate("startConsultation", on(&other, json!({}))).await;
    assert!(started["position"].as_i64().unwrap() > unknown, "others go on");

    // Queries.
    let list = "query($min: Position) { consultations(first: 1, minPosition: $min) { totalCount } }";
    assert_eq!(server.fault(list, json!({ "min": started["position"] })).await, "PROJECTION_PAUSED");
    assert_eq!(server.query(list, json!({})).await["consultations"]["totalCount"], 2);
    let rebuilt = run(&url, &["projections", "rebuild", "calls"]);
    assert!(said(&rebuilt).contains("code: projection_paused"), "{}", said(&rebuilt));
    assert!(done(&url, &["log", "verify"]).contains("The log is whole"), "the chain needs no meaning");
}
