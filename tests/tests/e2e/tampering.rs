//! What is changed behind the program's back is refused, or else named by `ledgerdesk log verify`.

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, run, said},
};
use rustix::process::Signal;
use sqlx::{AssertSqlSafe, Executor as _};

const CHANGES: [&str; 3] = [
    "update ledgerdesk.events set payload = '{}'",
    "delete from ledgerdesk.events",
    "truncate ledgerdesk.events",
];

/// A database with a few events and no server.
async fn written() -> TestDatabase {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    for topic in ["one", "two", "three"] {
        server.open(topic).await;
    }
    assert_eq!(server.stop(Signal::TERM), Some(0));
    database
}

#[tokio::test]
async fn nobody_changes_the_log_in_passing() {
    let database = written().await;
    for statement in CHANGES {
        let error = database.pool().execute(statement).await.expect_err(statement);
        let code = error.into_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "the application has no right to: {statement}");
        let error = database.owner().await.execute(statement).await.expect_err(statement);
        let error = error.into_database_error().unwrap();
        assert!(error.message().contains("append-only"), "the owner is told why: {error}");
    }
    assert!(done(&database.url(), &["log", "verify"]).contains("The log is whole"));
}

/// Does something to the last event but one with the triggers disabled; its id and what `log verify` says.
async fn tamper(change: &'static str) -> (String, String) {
    let database = written().await;
    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    let event = "select max(position) - 1 from ledgerdesk.events";
    let id: uuid::Uuid = sqlx::query_scalar(AssertSqlSafe(format!(
        "select event_id from ledgerdesk.events where position = ({event})"
    )))
    .fetch_one(&mut owner)
    .await
    .unwrap();
    let changed = owner.execute(AssertSqlSafe(format!("{change} where position = ({event})"))).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
    owner.execute("alter table ledgerdesk.events enable trigger all").await.unwrap();
    let verified = run(&database.url(), &["log", "verify"]);
    let said = said(&verified);
    assert_eq!(verified.status.code(), Some(1), "{said}");
    (id.to_string(), said)
}

#[tokio::test]
async fn a_changed_event_is_named() {
    for change in [
        "update ledgerdesk.events set payload = (payload::jsonb || '{\"priority\": \"URGENT\"}')::json",
        "update ledgerdesk.events set occurred_at = occurred_at - interval '1 microsecond'",
        "update ledgerdesk.events set sealed = sealed || '\\x00'",
        "update ledgerdesk.events set metadata = jsonb_set(metadata::jsonb, '{source,system}', '\"forged\"')::json",
    ] {
        let (id, said) = tamper(change).await;
        assert!(said.contains(&id) && said.contains("code: event_changed"), "{change}: {said}");
    }
}

#[tokio::test]
async fn a_removed_event_is_missed() {
    let (_, said) = tamper("delete from ledgerdesk.events").await;
    assert!(said.contains("code: log_gap"), "{said}");
}
