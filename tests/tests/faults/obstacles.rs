//! What stands in the way in the database itself: transactions that others leave open.

use ledgerdesk_tests::{
    client::{Client, mutation},
    faults::{Plan, Postgres, Run},
    server::OWNER_KEY,
};
use rustix::process::Signal;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_that_others_leave_open_hold_nobody_up_and_hide_nothing() {
    let mut run = Run::start(Plan::new("open transactions"), 2).await;
    // A write transaction that stalls: it has an id that is older than all that is written from now on.
    let mut writer = run.postgres.admin().await;
    let mut stalled = writer.begin().await.expect("a transaction begins");
    stalled
        .execute("create table stalled (id int); insert into stalled values (1)")
        .await
        .expect("it writes");
    run.did("stalled write transaction");
    // A snapshot that keeps everything that dies from now on.
    let mut reader = run.postgres.admin().await;
    let mut snapshot = reader.begin().await.expect("a transaction begins");
    snapshot
        .execute("set transaction isolation level repeatable read, read only; select count(*) from ledgerdesk.events")
        .await
        .expect("it reads");
    run.did("long read-only snapshot");
    run.progress(200).await;
    stalled.rollback().await.expect("it ends");
    snapshot.rollback().await.expect("it ends");
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prepared_transaction_that_holds_the_head_stops_the_log_until_it_is_resolved() {
    let postgres = Postgres::start().await;
    postgres.execute("alter system set max_prepared_transactions = 5").await;
    postgres.end(Signal::INT).await;
    let urls = vec![postgres.url(); 2];
    let mut run = Run::start_on(Plan::new("prepared transaction"), postgres, urls).await;

    // One that nobody waits for.
    let mut session = run.postgres.admin().await;
    for statement in ["begin", "create table forgotten (id int)", "prepare transaction 'forgotten'"] {
        session.execute(statement).await.expect("the statement runs");
    }
    run.did("prepared transaction left over");
    run.progress(50).await;

    // One that everybody waits for.
    for statement in
        ["begin", "select from ledgerdesk.log_head for update", "prepare transaction 'holds the head'"]
    {
        session.execute(statement).await.expect("the statement runs");
    }
    run.did("prepared transaction that holds the head");
    let address = run.nodes.address(0).expect("the node is there");
    let opening = json!({ "input": { "topic": "in vain", "channel": "SITE" } });
    let told = Client::new(&address, OWNER_KEY).fault(&mutation("openConsultation"), opening).await;
    assert_eq!(told, "UNAVAILABLE", "callers are told to come back");
    for name in ["holds the head", "forgotten"] {
        session.execute(AssertSqlSafe(format!("rollback prepared '{name}'"))).await.expect("it is resolved");
    }
    run.progress(50).await;
    run.judge().await;
}
