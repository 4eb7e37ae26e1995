//! How soon others know: from a command's sending to a subscriber's screen, and from a commit to the read models.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_tests::socket::Socket;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    Bench, ROUNDS,
    graphql::{self, Opener},
    lag::{Lag, Lags},
    process::{KEY, Server},
    report::{Report, number},
    times::{Rounds, Times},
};

/// Events a second: one command each, sent when its time has come, whether or not the others were answered.
const RATE: u64 = 1_000;
/// What is sent before anything is measured.
const WARM_UP: Duration = Duration::from_secs(1);
/// How long an event may take to arrive before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(30);

const SUBSCRIPTION: &str = "subscription { events { position } }";

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_latency").await?;
    let server = Server::start(&url).await?;
    paced(&server, WARM_UP).await?;
    let mut arrivals = Rounds::default();
    let (mut steady, mut loaded, mut commands) = (Lags::default(), Lags::default(), Rounds::default());
    for _ in 0..ROUNDS {
        arrivals.push(paced(&server, bench.round).await?);
        let lag = Lag::watch(&url).await?;
        paced(&server, bench.round).await?;
        steady.push(lag.stop().await?);
        let lag = Lag::watch(&url).await?;
        commands.push(graphql::run(&server, bench.round).await);
        loaded.push(lag.stop().await?);
    }
    report.row(
        "from sending a command to its event at a subscriber (GraphQL, WebSocket), 1,000 events/s",
        format!("p50 {:.1} ms, p99 {:.1} ms", arrivals.percentile(50), arrivals.percentile(99)),
        format!("{} events/s arrived", number(arrivals.rate())),
        "p99 < 20 ms",
    );
    report.row(
        "from a commit to the read models, 1,000 events/s",
        steady.told(),
        "the slowest of the read models that these events change".to_owned(),
        "p99 < 50 ms",
    );
    report.row(
        "from a commit to the read models, 64 connections that wait for nothing but their answers",
        loaded.told(),
        format!("{} commands/s meanwhile", number(commands.rate())),
        "p99 < 50 ms",
    );
    Ok(())
}

/// Sends commands at a steady rate and times each until a subscriber has its event. One clock: this process's.
async fn paced(server: &Server, round: Duration) -> Result<Times> {
    let address = server.address.trim_start_matches("http://");
    let mut socket = Socket::subscribe(address, KEY, SUBSCRIPTION, json!({})).await?;
    let arrived = Arrived::default();
    let receiving = {
        let arrived = arrived.clone();
        tokio::spawn(async move {
            while let Ok(data) = socket.data().await {
                let now = Instant::now();
                if let Some(position) = data["events"]["position"].as_i64() {
                    arrived.lock().insert(position, now);
                }
            }
        })
    };
    let opener = Opener::of(server);
    // It begins with what comes after it has begun: that is when the first event arrives.
    let begun = async {
        while arrived.lock().is_empty() {
            opener.open().await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.context("the subscription does not begin")?;
    let started = Instant::now();
    let sent = send(&opener, round).await?;
    let took = started.elapsed();
    let all_arrived = async {
        while !sent.iter().all(|(position, _)| arrived.lock().contains_key(position)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all_arrived).await.context("events did not reach the subscriber")?;
    receiving.abort();
    let arrived = arrived.lock();
    let times = sent.iter().filter_map(|(position, sent)| {
        arrived.get(position).map(|arrived| arrived.saturating_duration_since(*sent))
    });
    Ok(Times::new(times.collect(), took))
}

/// When the event at each position arrived.
#[derive(Clone, Default)]
struct Arrived(Arc<Mutex<HashMap<i64, Instant>>>);

impl Arrived {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The position and the time of sending of each command.
async fn send(opener: &Opener, round: Duration) -> Result<Vec<(i64, Instant)>> {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / u32::try_from(RATE)?);
    let mut commands = JoinSet::new();
    let started = Instant::now();
    while started.elapsed() < round {
        tick.tick().await;
        let opener = opener.clone();
        commands.spawn(async move {
            let sent = Instant::now();
            opener.open().await.map(|position| (position, sent))
        });
    }
    let answers = commands.join_all().await;
    let sent: Vec<_> = answers.iter().flatten().copied().collect();
    ensure!(sent.len() == answers.len(), "{} commands were refused", answers.len() - sent.len());
    Ok(sent)
}
