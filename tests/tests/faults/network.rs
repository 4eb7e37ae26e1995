//! The network between the application and PostgreSQL breaks in every way that it can.

use std::time::Duration;

use ledgerdesk_tests::{
    faults::{Plan, Postgres, Proxy, Run, chance::scaled, proxy::Loss},
    wait_until,
};

/// A node behind a proxy.
async fn behind_a_proxy(name: &'static str) -> (Run, Proxy) {
    let postgres = Postgres::start().await;
    let proxy = Proxy::start(postgres.socket()).await;
    let urls = vec![postgres.url_through(proxy.address())];
    (Run::start_on(Plan::new(name), postgres, urls).await, proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_whose_request_or_answer_is_lost_is_carried_out_once() {
    let (mut run, proxy) = behind_a_proxy("lost messages").await;
    for _ in 0..scaled(10, 100) {
        let loss = *run.chance.one_of(&[Loss::Request, Loss::Answer]);
        let before = proxy.losses();
        proxy.lose_next_append(loss);
        wait_until("a message was lost", async || proxy.losses() > before).await;
        run.did(if loss == Loss::Request { "lost append" } else { "lost answer to an append" });
        let commands = run.chance.number(1..20);
        run.progress(commands).await;
    }
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_falls_silent_after_an_append_is_given_up_and_the_append_is_carried_out_once() {
    let (mut run, proxy) = behind_a_proxy("silence").await;
    for _ in 0..scaled(1, 10) {
        let before = proxy.losses();
        proxy.lose_next_append(Loss::AnswerInSilence);
        wait_until("an answer was lost", async || proxy.losses() > before).await;
        run.did("answer lost in silence");
        run.progress(20).await;
    }
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut_slow_or_narrow_delays_and_loses_nothing() {
    let (mut run, proxy) = behind_a_proxy("cuts").await;
    for _ in 0..scaled(2, 20) {
        proxy.cut();
        run.did("cut");
        let outage = u64::try_from(run.chance.number(200..3_000)).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(outage)).await;
        proxy.mend();
        run.progress(20).await;

        proxy.delay(Duration::from_millis(40));
        run.did("delay of 40 ms");
        run.progress(20).await;
        proxy.delay(Duration::ZERO);

        proxy.throttle(20_000);
        run.did("20 KB/s");
        run.progress(20).await;
        proxy.throttle(0);
        run.progress(20).await;
    }
    run.judge().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_lost_without_a_word_are_given_up_and_replaced() {
    let (mut run, proxy) = behind_a_proxy("half-open").await;
    for _ in 0..scaled(1, 5) {
        proxy.lose();
        run.did("every connection half-open");
        let outage = u64::try_from(run.chance.number(500..4_000)).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(outage)).await;
        proxy.mend();
        run.progress(40).await;
    }
    run.judge().await;
}
