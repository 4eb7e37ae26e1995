//! A command to a stream that nobody has in memory: its events are read, decrypted and folded, then it is decided.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_domain::{
    consultation::{ChangePriority, Channel, Consultation, ConsultationCommand, Priority, ReceiveMessage},
    id::MessageId,
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemClock, SystemIds},
    command::CommandExecutor,
};
use ledgerdesk_tests::node::Node;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    Bench, ROUNDS,
    report::{Report, number, progress},
    times::{Rounds, Times, count},
};

/// How many events a stream has, and how many streams of this length there are.
const STREAMS: [(usize, usize); 3] = [(10, 400), (100, 200), (1_000, 50)];

pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let url = bench.database("bench_load").await?;
    let pool = Bench::pool(&url).await?;
    let node = Node::open(&pool).await;
    let mut all = Vec::new();
    for (length, many) in STREAMS {
        progress(&format!("writing {many} streams of {length} events"));
        all.push((length, write(&node, length, many).await?));
    }
    let mut ours: Vec<Rounds> = STREAMS.iter().map(|_| Rounds::default()).collect();
    let mut theirs: Vec<Rounds> = STREAMS.iter().map(|_| Rounds::default()).collect();
    for _ in 0..ROUNDS {
        for ((length, streams), (ours, theirs)) in all.iter().zip(ours.iter_mut().zip(&mut theirs)) {
            theirs.push(select(&pool, streams, *length).await?);
            ours.push(run(&node, streams).await?);
        }
    }
    node.close().await;
    for ((length, _), (ours, theirs)) in STREAMS.iter().zip(ours.iter().zip(&theirs)) {
        let (took, baseline) = (ours.percentile(50), theirs.percentile(50));
        report.row(
            &format!("load and decide, a stream of {length} events that is not in memory"),
            format!(
                "{:.2} × ({took:.2} ms a command, p99 {:.2}; {} µs an event)",
                took / baseline,
                ours.percentile(99),
                number(took * 1_000.0 / count(*length)),
            ),
            format!("the same rows, read and thrown away: {baseline:.2} ms"),
            "",
        );
    }
    Ok(())
}

/// Streams of so many events; every other one is a message, whose text is sealed.
pub(crate) async fn write(node: &Node, length: usize, many: usize) -> Result<Vec<Uuid>> {
    let mut writing = JoinSet::new();
    for _ in 0..many {
        let node = node.clone();
        writing.spawn(async move {
            let id = node.open_consultation(None, "The printer is out of toner").await.stream.id;
            for number in 1..length {
                let command = match number {
                    1 => message(id),
                    number if number % 2 == 1 => message(SystemIds.next_id()),
                    number if number % 4 == 0 => priority(Priority::Low),
                    _ => priority(Priority::High),
                };
                let executed = node.executor.execute::<Consultation>(node.envelope(id, command)).await?;
                ensure!(executed.appended == 1, "a stream has not grown by one event");
            }
            Ok(id)
        });
    }
    writing.join_all().await.into_iter().collect()
}

fn message(id: Uuid) -> ConsultationCommand {
    ConsultationCommand::ReceiveMessage(ReceiveMessage {
        message_id: MessageId(id),
        channel: Channel::Site,
        text: "It still says that it is out of toner, and we have put in a new one".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

fn priority(priority: Priority) -> ConsultationCommand {
    ConsultationCommand::ChangePriority(ChangePriority { priority })
}

/// One command to each stream, one after the other, by an executor that knows none of them: the first message once
/// more, which changes nothing, so that the stream stays as long as it is.
pub(crate) async fn run(node: &Node, streams: &[Uuid]) -> Result<Times> {
    let cold = CommandExecutor::new(node.store.clone(), Arc::new(SystemClock), Arc::new(SystemIds));
    let started = Instant::now();
    let mut times = Vec::new();
    for stream in streams {
        let envelope = node.envelope(*stream, message(*stream));
        let sent = Instant::now();
        let executed = cold.execute::<Consultation>(envelope).await.context("the command was refused")?;
        times.push(sent.elapsed());
        ensure!(executed.appended == 0, "a repeated message has changed something");
    }
    Ok(Times::new(times, started.elapsed()))
}

/// The baseline: the rows of each stream, and nothing done with them.
async fn select(pool: &PgPool, streams: &[Uuid], length: usize) -> Result<Times> {
    let started = Instant::now();
    let mut times = Vec::new();
    for stream in streams {
        let sent = Instant::now();
        let rows = sqlx::query(
            "select * from ledgerdesk.events where stream_type = 'consultation' and stream_id = $1 \
             order by stream_version",
        )
        .bind(stream)
        .fetch_all(pool)
        .await?;
        times.push(sent.elapsed());
        ensure!(rows.len() == length, "a stream has {} events", rows.len());
    }
    Ok(Times::new(times, started.elapsed()))
}
