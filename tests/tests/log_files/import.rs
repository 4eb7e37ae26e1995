//! An export goes into an empty log and leaves it as the first one was; or it leaves it empty.

use std::fs;

use ledgerdesk_domain::consultation::Consultation;
use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, key, open},
    server::{Server, done, ledgerdesk, run, said},
    wait_until,
};
use rustix::process::Signal;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::{Place, edit, export, lines, reseal, text, two_workspaces, verify};

const TABLES: [&str; 5] = ["events", "streams", "commands", "person_keys", "log_head"];

/// Every row of a table, as one text.
async fn rows(database: &TestDatabase, table: &str) -> String {
    let query = format!("select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {table} t");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(database.pool()).await.unwrap()
}

/// A database in which somebody worked: clients, calls, ratings, handovers, and a person who was erased.
async fn worked() -> TestDatabase {
    let database = TestDatabase::new().await;
    done(&database.url(), &["demo", "--count", "40"]);
    let client: uuid::Uuid =
        sqlx::query_scalar("select stream_id from ledgerdesk.streams where stream_type = 'client' limit 1")
            .fetch_one(database.pool())
            .await
            .unwrap();
    done(&database.url(), &["erase", "client", &client.to_string()]);
    database
}

async fn read_models(database: &TestDatabase) -> Vec<(String, String)> {
    let names: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'read' order by 1")
            .fetch_all(database.pool())
            .await
            .unwrap();
    let mut all = Vec::new();
    for name in names {
        let content = rows(database, &format!("read.{name}")).await;
        all.push((name, content));
    }
    all
}

/// Serves until every read model shows the whole log.
async fn serve(database: &TestDatabase) -> Vec<(String, String)> {
    let mut server = Server::start(&database.url());
    let behind = "select count(*) from ledgerdesk.projections where build = 'live' and position < \
                  (select max(position) from ledgerdesk.events)";
    let known = "select count(*) from ledgerdesk.projections";
    let count = async |query: &'static str| -> i64 {
        sqlx::query_scalar(query).fetch_one(database.pool()).await.unwrap()
    };
    wait_until("the read models show the log", async || count(known).await >= 10 && count(behind).await == 0)
        .await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    read_models(database).await
}

#[tokio::test]
async fn an_imported_log_is_the_exported_one_with_its_read_models_and_its_next_export() {
    let (first, second, place) = (worked().await, TestDatabase::new().await, Place::new());
    let exported = lines(&first, &place, &["--with-keys"]);
    let imported = done(&second.url(), &["log", "import", &place.path("export.ndjson")]);
    assert!(imported.contains("events of 1 workspace(s) imported"), "{imported}");
    assert!(!imported.contains("count as erased"), "every key came along: {imported}");
    for table in TABLES {
        let table = format!("ledgerdesk.{table}");
        assert_eq!(rows(&second, &table).await, rows(&first, &table).await, "{table}");
    }
    assert_eq!(done(&second.url(), &["log", "verify"]), done(&first.url(), &["log", "verify"]));
    let again = lines(&second, &place, &["--with-keys"]);
    assert_eq!(again[1..again.len() - 1], exported[1..exported.len() - 1]);
    let (theirs, ours) = (serve(&first).await, serve(&second).await);
    assert!(theirs.len() >= 10 && theirs.iter().any(|(_, rows)| rows.len() > 1_000));
    for (theirs, ours) in theirs.iter().zip(&ours) {
        assert_eq!(theirs, ours);
    }
    assert_eq!(theirs.len(), ours.len());
}

#[tokio::test]
async fn an_imported_log_is_served_and_goes_on_where_it_ended() {
    let (first, second, place) = (TestDatabase::new().await, TestDatabase::new().await, Place::new());
    let mut server = Server::start(&first.url());
    let opened = server.mutate("openConsultation", json!({ "topic": "Kept", "channel": "SITE" })).await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    let path = place.path("export.ndjson.gz");
    export(&first, &path, &["--with-keys"]);
    done(&second.url(), &["log", "import", &path]);

    let mut server = Server::start(&second.url());
    let query = "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { topic } }";
    let asked = json!({ "id": opened["createdId"], "min": opened["position"] });
    let shown = server.query(query, asked).await;
    assert_eq!(shown["consultation"]["topic"], "Kept", "the keys came along");
    server.open("New").await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    assert!(done(&second.url(), &["log", "verify"]).contains("The log is whole: 3 events of 1 workspace(s)"));
}

#[tokio::test]
async fn an_imported_log_knows_what_its_commands_did() {
    let (first, second, place) = (TestDatabase::new().await, TestDatabase::new().await, Place::new());
    let mut node = Node::open(first.pool()).await;
    let stream_id = SystemIds.next_id();
    let command = |node: &Node| {
        let mut envelope = node.envelope(stream_id, open(None, "Once"));
        envelope.idempotency = key("once", "request");
        envelope
    };
    let executed = node.executor.execute::<Consultation>(command(&node)).await.unwrap();
    node.close().await;
    lines(&first, &place, &["--with-keys"]);
    done(&second.url(), &["log", "import", &place.path("export.ndjson")]);

    let workspace = node.workspace;
    node = Node::open(second.pool()).await;
    node.workspace = workspace;
    let repeated = node.executor.execute::<Consultation>(command(&node)).await.unwrap();
    assert_eq!(repeated.position, executed.position);
    let events: i64 =
        sqlx::query_scalar("select count(*) from ledgerdesk.events").fetch_one(second.pool()).await.unwrap();
    assert_eq!(events, 1, "the repeat added nothing");
    node.close().await;
}

#[tokio::test]
async fn without_keys_every_person_is_erased_and_the_chain_holds() {
    let (first, second, place) = (two_workspaces(8).await, TestDatabase::new().await, Place::new());
    lines(&first, &place, &[]);
    let imported = done(&second.url(), &["log", "import", &place.path("export.ndjson")]);
    assert!(imported.contains("8 person(s) have no key in this export"), "{imported}");
    let (keys, destroyed): (i64, i64) =
        sqlx::query_as("select count(wrapped), count(destroyed_at) from ledgerdesk.person_keys")
            .fetch_one(second.pool())
            .await
            .unwrap();
    assert_eq!((keys, destroyed), (0, 8));
    assert!(done(&second.url(), &["log", "verify"]).contains("The log is whole: 8 events"));
    let shown = done(&second.url(), &["log", "tail", "--personal", "--after", "0"]);
    assert!(shown.contains("•••") && !shown.contains("Topic"), "{shown}");
}

async fn assert_empty(database: &TestDatabase) {
    for table in &TABLES[..4] {
        assert_eq!(rows(database, &format!("ledgerdesk.{table}")).await, "", "{table} is empty");
    }
}

#[tokio::test]
async fn a_tampered_or_truncated_export_leaves_the_log_empty() {
    let (first, second, place) = (two_workspaces(200).await, TestDatabase::new().await, Place::new());
    let whole = lines(&first, &place, &["--with-keys"]);
    let changed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        change(&mut lines);
        text(&lines)
    };
    for (content, code, named) in [
        (
            changed(&|lines| {
                edit(&mut lines[150], |event| event["payload"]["priority"] = json!("URGENT"));
                reseal(lines);
            }),
            "event_changed",
            "line 151: ",
        ),
        (changed(&|lines| drop(lines.remove(150))), "log_gap", "line 151: "),
        (changed(&|lines| lines.swap(150, 151)), "events_swapped", "line 151: "),
        (changed(&|lines| lines.truncate(150)), "export_truncated", "line 150: "),
        (changed(&|lines| drop(lines.pop())), "export_truncated", "at position 200 of 200"),
        (changed(&|lines| drop(lines.remove(250))), "export_changed", "the bytes"),
        (changed(&|lines| lines[250] = "{}".to_owned()), "export_malformed", "line 251: "),
        (
            changed(&|lines| {
                lines.insert(250, lines[250].clone());
                let end = lines.len() - 1;
                edit(&mut lines[end], |trailer| trailer["commands"] = json!(201));
                reseal(lines);
            }),
            "export_refused",
            "duplicate key",
        ),
    ] {
        let file = place.file("changed.ndjson", content);
        let refused = run(&second.url(), &["log", "import", &file]);
        let refused = said(&refused);
        assert!(refused.contains(named) && refused.contains(&format!("code: {code}")), "{code}: {refused}");
        assert_empty(&second).await;
    }
    // The same database takes the right one after all that.
    done(&second.url(), &["log", "import", &place.path("export.ndjson")]);
    assert!(verify(&place.path("export.ndjson")).is_ok());
}

#[tokio::test]
async fn only_a_whole_export_goes_into_an_empty_log_only() {
    let (first, second, place) = (two_workspaces(9).await, TestDatabase::new().await, Place::new());
    let part = place.path("part.ndjson");
    export(&first, &part, &["--to", "5"]);
    let refused = run(&second.url(), &["log", "import", &part]);
    assert!(said(&refused).contains("code: export_partial"), "{}", said(&refused));
    assert_empty(&second).await;

    let before = rows(&first, "ledgerdesk.events").await;
    let whole = place.path("whole.ndjson");
    export(&first, &whole, &[]);
    let refused = run(&first.url(), &["log", "import", &whole]);
    assert!(said(&refused).contains("code: log_not_empty"), "{}", said(&refused));
    assert_eq!(rows(&first, "ledgerdesk.events").await, before);

    let absent = run(&second.url(), &["log", "import", &place.path("absent.ndjson")]);
    assert!(said(&absent).contains("code: export_io"), "{}", said(&absent));
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_the_log_empty() {
    let (first, second, place) = (two_workspaces(400).await, TestDatabase::new().await, Place::new());
    let whole = text(&lines(&first, &place, &[]));
    // The rest never comes: the import hangs in the middle of its transaction.
    let pipe = place.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut import = ledgerdesk(&second.url())
        .args(["log", "import", &pipe])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut end = fs::OpenOptions::new().write(true).open(&pipe).unwrap();
    std::io::Write::write_all(&mut end, &whole.as_bytes()[..whole.len() / 3]).unwrap();
    let busy = "select count(*) from pg_locks where relation = 'ledgerdesk.log_head'::regclass and mode = 'RowShareLock'";
    wait_until("the import holds the log", async || {
        sqlx::query_scalar::<_, i64>(busy).fetch_one(second.pool()).await.unwrap() > 0
    })
    .await;
    import.kill().unwrap();
    import.wait().unwrap();
    drop(end);
    wait_until("the server has noticed", async || {
        sqlx::query_scalar::<_, i64>(busy).fetch_one(second.pool()).await.unwrap() == 0
    })
    .await;
    assert_empty(&second).await;
}
