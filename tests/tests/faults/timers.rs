//! Deadlines over three nodes that are killed one after the other: each is told once, and soon.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ledgerdesk_tests::{
    faults::{Chance, Nodes, Postgres, chance, chance::scaled, nodes::Caller},
    wait_until,
};
use serde_json::{Value, json};

/// Tells of clocks so far.
const TOLD: &str = "select count(*) from ledgerdesk.events where event_type like 'ServiceLevel%'";
/// The same clock told twice, which must not be.
const TWICE: &str = "select count(*) from (select 1 from ledgerdesk.events where event_type like 'ServiceLevel%' \
                     group by stream_id, event_type, payload->>'clock', payload->>'number' having count(*) > 1) t";
/// Told although somebody had answered before.
const NEEDLESS: &str = "select count(*) from ledgerdesk.events told join ledgerdesk.events reply \
                        on reply.stream_id = told.stream_id and reply.event_type = 'MessageSent' \
                        and reply.occurred_at < told.occurred_at where told.event_type like 'ServiceLevel%'";
const LATE: &str = "select coalesce(percentile_disc(QUANTILE) within group \
                    (order by extract(milliseconds from recorded_at - occurred_at) \
                     + 1000 * 60 * extract(minute from recorded_at - occurred_at))::bigint, 0) \
                    from ledgerdesk.events where event_type like 'ServiceLevel%'";

/// Sends a mutation to one node after the other until one answers; every time with the same key.
async fn send(caller: &mut Caller, verb: &str, input: Value) -> Value {
    let stem = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
    let made = if verb.starts_with("publish") { "" } else { "createdId" };
    let document = format!(
        "mutation($input: {stem}Input!) {{ {verb}(input: $input) {{ {made} position userErrors {{ code }} }} }}"
    );
    for _ in 0..600 {
        if let Some(client) = caller.next_client()
            && let Some(answer) = client.try_post(&document, &json!({ "input": input })).await
            && answer["data"][verb]["position"].is_number()
        {
            return answer["data"][verb].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{verb} was not answered by any node");
}

/// A table by which every consultation wants a response within so many seconds, and a warning at three quarters.
async fn publish(caller: &mut Caller, seconds: u64) {
    let targets = json!({ "firstResponseSeconds": seconds });
    let rules = json!([{ "key": "all", "targets": targets, "warnPercent": 75 }]);
    send(caller, "publishSlaPolicies", json!({ "rules": rules, "idempotencyKey": "table" })).await;
}

/// Opens a consultation; every fourth is answered at once.
async fn open(caller: &mut Caller, number: usize) {
    let opening =
        json!({ "topic": number.to_string(), "channel": "SITE", "idempotencyKey": format!("open {number}") });
    let opened = send(caller, "openConsultation", opening).await;
    if number.is_multiple_of(4) {
        let consultation = &opened["createdId"];
        let reply = json!({ "consultationId": consultation, "channel": "SITE", "text": "Hello",
                            "author": { "kind": "MANAGER", "id": manager(caller).await },
                            "idempotencyKey": format!("reply {number}") });
        send(caller, "sendMessage", reply).await;
    }
}

async fn manager(caller: &mut Caller) -> Value {
    let registration = json!({ "name": "Anna", "capacity": 10, "idempotencyKey": "manager" });
    send(caller, "registerManager", registration).await["createdId"].clone()
}

async fn late(postgres: &Postgres, quantile: &str) -> i64 {
    postgres.number(&LATE.replace("QUANTILE", quantile)).await
}

async fn judge(name: &str, postgres: &Postgres, consultations: usize) -> i64 {
    let deadlines = i64::try_from((consultations - consultations.div_ceil(4)) * 2).expect("few");
    wait_until("every deadline is told", async || postgres.number(TOLD).await >= deadlines).await;
    let (median, most, longest) =
        (late(postgres, "0.5").await, late(postgres, "0.99").await, late(postgres, "1").await);
    println!(
        "{name}: {deadlines} deadlines told; late by {median} ms (p50), {most} ms (p99), {longest} ms (max)"
    );
    wait_until("no timer is left", async || {
        postgres.number("select count(*) from ledgerdesk.reminders where looks_at is not null").await == 0
    })
    .await;
    assert_eq!(postgres.number(TOLD).await, deadlines, "none is told twice or needlessly");
    assert_eq!((postgres.number(TWICE).await, postgres.number(NEEDLESS).await), (0, 0));
    most
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_deadline_is_told_once_by_three_nodes_that_are_killed() {
    let postgres = Postgres::start().await;
    let nodes = Nodes::start(vec![postgres.url(); 3]).await;
    let (consultations, seconds, writers) = (scaled(160, 6_667), scaled(6, 30), 4);
    let mut caller = nodes.caller();
    publish(&mut caller, seconds).await;
    manager(&mut caller).await;
    let done = Arc::new(AtomicBool::new(false));
    let writing: Vec<_> = (0..writers)
        .map(|writer| {
            let mut caller = nodes.caller();
            tokio::spawn(async move {
                for number in (writer..consultations).step_by(writers) {
                    open(&mut caller, number).await;
                }
            })
        })
        .collect();
    let killing = {
        let (nodes, done) = (nodes.clone(), Arc::clone(&done));
        let mut chance = Chance::new(chance::seed(), "timers");
        tokio::spawn(async move {
            let mut kills = 0;
            while !done.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(1_500)).await;
                let place = chance.number(0..3);
                nodes.kill(place).await;
                kills += 1;
                tokio::time::sleep(Duration::from_millis(700)).await;
                nodes.start_again(place).await;
            }
            kills
        })
    };
    for writer in writing {
        writer.await.expect("the writer ends");
    }
    let deadlines = i64::try_from((consultations - consultations.div_ceil(4)) * 2).expect("few");
    wait_until("almost every deadline is told", async || postgres.number(TOLD).await >= deadlines * 9 / 10)
        .await;
    done.store(true, Ordering::Relaxed);
    let kills = killing.await.expect("the killer ends");
    let most = judge("timers", &postgres, consultations).await;
    println!("timers: {kills} kills");
    assert!(most <= 1_000, "99 of 100 are told within a second: {most} ms");
    for place in 0..3 {
        assert_eq!(nodes.stop(place).await, Some(0), "node {place} stops as it should");
    }
    postgres.destroy().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_tells_what_passed_while_nobody_was_there() {
    let postgres = Postgres::start().await;
    let nodes = Nodes::start(vec![postgres.url()]).await;
    let mut caller = nodes.caller();
    publish(&mut caller, 4).await;
    for number in 0..8 {
        open(&mut caller, number).await;
    }
    nodes.kill(0).await;
    wait_until("all deadlines have passed", async || {
        let query = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened' \
                     and recorded_at > clock_timestamp() - interval '5 seconds'";
        postgres.number(query).await == 0
    })
    .await;
    nodes.start_again(0).await;
    // Who comes late warns of nothing that has passed.
    wait_until("every breach is told", async || {
        postgres
            .number("select count(*) from ledgerdesk.events where event_type = 'ServiceLevelBreached'")
            .await
            == 6
    })
    .await;
    wait_until("no timer is left", async || {
        postgres.number("select count(*) from ledgerdesk.reminders where looks_at < clock_timestamp()").await
            == 0
    })
    .await;
    assert_eq!((postgres.number(TWICE).await, postgres.number(NEEDLESS).await), (0, 0));
    nodes.stop(0).await;
    postgres.destroy().await;
}
