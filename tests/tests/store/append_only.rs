//! The log refuses every change, whoever asks.

use ledgerdesk_tests::{TestDatabase, node::Node};
use sqlx::{Executor as _, PgConnection};

const CHANGES: [&str; 3] = [
    "update ledgerdesk.events set payload = '{}'",
    "delete from ledgerdesk.events",
    "truncate ledgerdesk.events",
];

async fn refusal(connection: &mut PgConnection, statement: &'static str) -> (String, String) {
    let error = connection.execute(statement).await.expect_err("the change is refused");
    let error = error.into_database_error().expect("the database refuses it");
    (error.code().unwrap_or_default().into_owned(), error.message().to_owned())
}

#[tokio::test]
async fn the_applications_role_may_not_change_events() {
    let database = TestDatabase::new().await;
    Node::open(database.pool()).await.open_consultation(None, "kept").await;
    for statement in CHANGES {
        let mut connection = database.pool().acquire().await.unwrap();
        let (code, message) = refusal(&mut connection, statement).await;
        assert_eq!(code, "42501", "insufficient privilege for {statement}: {message}");
    }
}

#[tokio::test]
async fn the_owner_is_refused_by_triggers_that_always_fire() {
    let database = TestDatabase::new().await;
    Node::open(database.pool()).await.open_consultation(None, "kept").await;
    let mut owner = database.owner().await;
    for statement in CHANGES {
        let (code, message) = refusal(&mut owner, statement).await;
        assert_eq!(code, "23001", "restrict violation for {statement}: {message}");
        assert!(message.contains("append-only"), "{message}");
    }
    let always: bool = sqlx::query_scalar(
        "select bool_and(tgenabled = 'A') from pg_trigger where tgrelid = 'ledgerdesk.events'::regclass",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!(always, "the triggers also fire where a session plays a replica");
}

#[tokio::test]
async fn the_applications_role_cannot_write_around_the_append_function() {
    let database = TestDatabase::new().await;
    for statement in [
        "insert into ledgerdesk.events select * from ledgerdesk.events",
        "delete from ledgerdesk.streams",
        "update ledgerdesk.commands set position = 0",
        "update ledgerdesk.person_keys set wrapped = null",
        "alter table ledgerdesk.events disable trigger all",
        "drop table ledgerdesk.events",
        "update ledgerdesk.log_head set epoch = 2",
    ] {
        let mut connection = database.pool().acquire().await.unwrap();
        let (code, message) = refusal(&mut connection, statement).await;
        assert_eq!(code, "42501", "insufficient privilege for {statement}: {message}");
    }
}
