//! Whoever rebuilds a read model is killed: nothing is lost, and the next rebuild succeeds.

use std::process::Child;

use ledgerdesk_tests::{
    faults::{Plan, Run, chance::scaled},
    server::ledgerdesk,
    wait_until,
};
use sqlx::{Connection as _, Executor as _};

const REBUILDING: &str = "select count(*) from ledgerdesk.projections where build = 'rebuild' \
                          and name = 'history' and holder is not null and expires_at > clock_timestamp()";
const OUTDATED: &str = "select count(*) from ledgerdesk.projections where build = 'live' and version = 0";
/// As after an upgrade: the table is of an older version than the program, and nobody leads it.
const AGE: &str = "update ledgerdesk.projections set version = 0, token = token + 1, holder = null \
                   where build = 'live' and name = 'history'";

/// A rebuild in a process of its own.
fn start_rebuild(run: &Run) -> Child {
    let mut command = ledgerdesk(&run.postgres.url());
    command.args(["projections", "rebuild", "history"]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().expect("the binary starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_in_the_middle_of_a_rebuild_leaves_nothing_that_stays() {
    let mut run = Run::start(Plan::new("rebuild"), 2).await;
    for _ in 0..scaled(1, 8) {
        // A long query on the live table: the rebuild comes as far as the exchange, and waits there.
        let mut session = run.postgres.admin().await;
        let mut query = session.begin().await.expect("a transaction begins");
        query.execute("select count(*) from read.history").await.expect("it reads");
        let mut rebuild = start_rebuild(&run);
        wait_until("the rebuild runs", async || run.postgres.number(REBUILDING).await == 1).await;
        run.postgres.session("query like 'lock table read.history%'").await;
        rebuild.kill().expect("it still runs");
        rebuild.wait().expect("it is waited for");
        run.did("kill -9 of a rebuild");
        query.rollback().await.expect("it ends");
        run.progress(20).await;

        // The nodes rebuild by themselves what is outdated; one of them is killed while one of them does.
        run.postgres.execute(AGE).await;
        wait_until("a node rebuilds", async || {
            run.postgres.number(REBUILDING).await == 1 || run.postgres.number(OUTDATED).await == 0
        })
        .await;
        let killed = run.chance.number(0..2);
        run.nodes.kill(killed).await;
        run.did("kill -9 of a node during a rebuild by a node");
        run.nodes.start_again(killed).await;
        wait_until("the read model is new", async || run.postgres.number(OUTDATED).await == 0).await;
        run.progress(20).await;
    }
    run.judge().await;
}
