//! The application is killed, again and again, in the middle of whatever it does.

use ledgerdesk_tests::faults::{Plan, Run, chance::scaled};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_killed_twenty_times_loses_nothing_and_repeats_nothing() {
    let mut run = Run::start(Plan::new("application"), 1).await;
    for _ in 0..scaled(20, 200) {
        let commands = run.chance.number(1..25);
        run.progress(commands).await;
        run.nodes.kill(0).await;
        run.did("kill -9 of the application");
        run.nodes.start_again(0).await;
    }
    run.progress(10).await;
    run.judge().await;
}
