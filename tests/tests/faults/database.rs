//! PostgreSQL is killed, shut down, and its sessions are ended, while the application stays.

use ledgerdesk_tests::faults::{Chance, Plan, Run, chance::scaled};
use rustix::process::Signal;

/// Sessions by their owner.
const APPENDER: &str = "application_name = 'ledgerdesk-appender'";
const LISTENER: &str = "application_name = 'ledgerdesk-listener'";
/// A projection in the middle of a page.
const PROJECTION: &str = "application_name = 'ledgerdesk' and state <> 'idle' and xact_start is not null \
                          and (query ilike '%ledgerdesk.projections%' or query ilike '%read.%')";
const ANY: &str = "application_name like 'ledgerdesk%'";

/// The faults in an order that the seed gives, each so many times.
fn shuffled(chance: &mut Chance, times: usize, faults: &[&'static str]) -> Vec<&'static str> {
    let mut all: Vec<_> = faults.iter().flat_map(|fault| std::iter::repeat_n(*fault, times)).collect();
    for place in (1..all.len()).rev() {
        all.swap(place, chance.number(0..place + 1));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgresql_that_dies_takes_nothing_along_and_the_application_comes_back_by_itself() {
    let mut run = Run::start(Plan::new("postgresql"), 1).await;
    let faults = ["kill -9 of the postmaster", "kill -9 of a session", "immediate shutdown"];
    for fault in shuffled(&mut run.chance, scaled(2, 12), &faults) {
        let commands = run.chance.number(5..60);
        run.progress(commands).await;
        match fault {
            "kill -9 of the postmaster" => run.postgres.end(Signal::KILL).await,
            "immediate shutdown" => run.postgres.end(Signal::QUIT).await,
            _ => run.postgres.kill_session(ANY).await,
        }
        run.did(fault);
    }
    run.progress(30).await;
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_an_operator_ends_are_opened_again() {
    let mut run = Run::start(Plan::new("sessions"), 2).await;
    let faults = ["end of the appender", "end of the listener", "end of a projection"];
    for fault in shuffled(&mut run.chance, scaled(6, 60), &faults) {
        let commands = run.chance.number(5..40);
        run.progress(commands).await;
        let condition = match fault {
            "end of the appender" => APPENDER,
            "end of the listener" => LISTENER,
            _ => PROJECTION,
        };
        if run.postgres.terminate(condition).await {
            run.did(fault);
        }
    }
    run.progress(30).await;
    run.judge().await;
}
