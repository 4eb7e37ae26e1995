//! Several nodes on one database: one freezes past its leases, one is killed and comes back.

use ledgerdesk_tests::{
    faults::{Plan, Run, chance::scaled},
    wait_until,
};
use rustix::process::Signal;

/// Read models that this many nodes hold the lease of.
const LEASES_IN_FORCE: &str = "select count(*) from ledgerdesk.projections \
                               where build = 'live' and holder is not null and expires_at > clock_timestamp()";
const HOLDERS: &str = "select count(distinct holder) from ledgerdesk.projections \
                       where build = 'live' and expires_at > clock_timestamp()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_freezes_past_its_leases_and_wakes_up_does_no_harm() {
    let mut run = Run::start(Plan::new("freeze"), 2).await;
    for _ in 0..scaled(1, 10) {
        let frozen = run.chance.number(0..2);
        run.nodes.signal(frozen, Signal::STOP).await;
        run.did("SIGSTOP past the leases");
        // The other one leads everything now, whatever the frozen one had.
        wait_until("the other node leads", async || {
            run.postgres.number(LEASES_IN_FORCE).await > 0 && run.postgres.number(HOLDERS).await == 1
        })
        .await;
        run.progress(30).await;
        run.nodes.signal(frozen, Signal::CONT).await;
        run.progress(30).await;
    }
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_survive_that_one_is_killed_and_comes_back() {
    let mut run = Run::start(Plan::new("three nodes"), 3).await;
    for _ in 0..scaled(1, 10) {
        run.progress(50).await;
        let killed = run.chance.number(0..3);
        run.nodes.kill(killed).await;
        run.did("kill -9 of one of three nodes");
        run.progress(30).await;
        run.nodes.start_again(killed).await;
    }
    run.judge().await;
}
