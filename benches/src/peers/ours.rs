//! Our own log, called as the peers are.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ledgerdesk_domain::{
    consultation::{AddNote, Consultation, ConsultationCommand, Party},
    id::{ClientId, NoteId},
    stream::Position,
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    command::Envelope,
    event_store::{Cursor, Follower},
};
use ledgerdesk_tests::node::{Node, key, open};
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    APPEND, CALLERS, EVENTS, EVENTS_PER_STREAM, TAIL, WRITERS,
    measured::{Measured, Work},
};
use crate::{
    Bench,
    process::ledgerdesk,
    times::{Times, count},
};

/// As many clients open consultations, so that their keys are in use again and again.
const CLIENTS: u128 = 1_000;
/// How many events are asked for at a time.
const PAGE: usize = 1_000;
/// How long everything is warmed up, unmeasured.
const WARM_UP: Duration = Duration::from_millis(500);
/// How long a reader may take for an event that nothing is written beside.
const PATIENCE: Duration = Duration::from_mins(1);
/// What is said in every event.
const TEXT: &str = "The printer on the second floor is out of toner";

/// Commands to new and to existing streams, with each number of callers.
pub(super) async fn append(url: &str) -> Result<Vec<Measured>> {
    let pool = Bench::pool(url).await?;
    let desk = Desk::open(&pool).await;
    let mut measured = Vec::new();
    call(&desk, CALLERS[3], WARM_UP, Work::New).await?;
    for callers in CALLERS {
        for work in [Work::New, Work::Existing] {
            measured.push(told(&call(&desk, callers, APPEND, work).await?, work, callers));
        }
    }
    desk.node.close().await;
    Ok(measured)
}

/// Every event to a follower, and every event into a read model.
pub(super) async fn read(url: &str) -> Result<Vec<Measured>> {
    let pool = Bench::pool(url).await?;
    let writer = Desk::open(&pool).await;
    stream::iter(0..EVENTS / EVENTS_PER_STREAM)
        .map(|_| async {
            let id = writer.open_one().await?;
            for _ in 1..EVENTS_PER_STREAM {
                writer.add_note(id).await?;
            }
            anyhow::Ok(())
        })
        .buffer_unordered(CALLERS[3])
        .try_collect::<Vec<()>>()
        .await?;
    writer.node.close().await;
    // Another node, which has none of it in memory.
    let reader = Node::open(&pool).await;
    let started = Instant::now();
    let mut follower = reader.store.follow(Cursor::START).await?;
    let mut read = 0;
    while read < EVENTS {
        read += follower.next_page(PAGE).await?.events.len();
    }
    let caught_up = Measured::CatchUp(per_second(read, started.elapsed()));
    reader.close().await;
    let started = Instant::now();
    let output = ledgerdesk(url)?.args(["projections", "rebuild", "consultation_list"]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(vec![caught_up, Measured::Rebuild(per_second(EVENTS, started.elapsed()))])
}

/// What a follower is handed while others write.
pub(super) async fn tail(url: &str) -> Result<Vec<Measured>> {
    let pool = Bench::pool(url).await?;
    let desk = Desk::open(&pool).await;
    let delivered = Arc::new(Delivered::default());
    let follower = desk.node.store.follow(Cursor::START).await?;
    let following = tokio::spawn(follow(follower, delivered.clone()));
    // The reader works before anybody writes beside it, and has come to the end when it was handed what was
    // written after everybody had stopped. Twice: nothing that it still meant to hand over can lie between
    // the two.
    mark(&desk, &delivered).await?;
    call(&desk, WRITERS, TAIL, Work::New).await?;
    mark(&desk, &delivered).await?;
    mark(&desk, &delivered).await?;
    following.abort();
    desk.node.close().await;
    let positions: Vec<i64> =
        sqlx::query_scalar("select position from ledgerdesk.events").fetch_all(&pool).await?;
    let delivered = delivered.positions();
    let missed = positions.iter().filter(|position| !delivered.contains(&Position(**position))).count();
    Ok(vec![Measured::Tail { committed: positions.len() as u64, missed: missed as u64 }])
}

/// A node, and the streams that it has opened.
#[derive(Clone)]
struct Desk {
    node: Node,
    streams: Arc<Mutex<Streams>>,
}

#[derive(Default)]
struct Streams {
    ids: Vec<Uuid>,
    next: usize,
}

impl Desk {
    async fn open(pool: &PgPool) -> Self {
        Self { node: Node::open(pool).await, streams: Arc::default() }
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One after the other, so that no two callers write to the same stream at a time.
    fn next_stream(&self) -> Result<Uuid> {
        let mut streams = self.streams();
        let place = streams.next % streams.ids.len().max(1);
        streams.next += 1;
        streams.ids.get(place).copied().context("there is no stream")
    }

    async fn open_one(&self) -> Result<Uuid> {
        let id = SystemIds.next_id();
        let client = ClientId(Uuid::from_u128(1 + id.as_u128() % CLIENTS));
        self.execute(id, open(Some(client), TEXT)).await?;
        self.streams().ids.push(id);
        Ok(id)
    }

    async fn add_note(&self, id: Uuid) -> Result<()> {
        let note_id = NoteId(SystemIds.next_id());
        let note = AddNote { note_id, author: Party::System, text: TEXT.to_owned() };
        self.execute(id, ConsultationCommand::AddNote(note)).await?;
        Ok(())
    }

    /// With an idempotency key, as the API takes it.
    async fn execute(&self, id: Uuid, command: ConsultationCommand) -> Result<Position> {
        let name = SystemIds.next_id().to_string();
        let envelope = Envelope { idempotency: key(&name, &name), ..self.node.envelope(id, command) };
        let executed = self.node.executor.execute::<Consultation>(envelope).await;
        Ok(executed.map_err(|error| anyhow!("{error}"))?.position)
    }

    async fn work(&self, work: Work) -> Result<()> {
        match work {
            Work::New => self.open_one().await.map(drop),
            Work::Existing => self.add_note(self.next_stream()?).await,
        }
    }
}

/// As the programs of the peers tell it.
fn told(times: &Times, work: Work, callers: usize) -> Measured {
    Measured::Append {
        work,
        callers,
        rate: times.rate(),
        p50_ms: times.percentile(50),
        p99_ms: times.percentile(99),
        repeats: 0.0,
    }
}

/// So many callers, each with the next command after its last one was answered.
async fn call(desk: &Desk, callers: usize, duration: Duration, work: Work) -> Result<Times> {
    let started = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while started.elapsed() < duration {
                    let sent = Instant::now();
                    desk.work(work).await?;
                    times.push(sent.elapsed());
                }
                anyhow::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    Ok(Times::new(times, started.elapsed()))
}

/// What a follower was handed.
#[derive(Default)]
struct Delivered {
    positions: Mutex<HashSet<Position>>,
    more: Notify,
}

impl Delivered {
    fn positions(&self) -> MutexGuard<'_, HashSet<Position>> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn follow(mut follower: Follower, delivered: Arc<Delivered>) -> Result<()> {
    loop {
        let page = follower.next_page(PAGE).await?;
        delivered.positions().extend(page.events.iter().map(|event| event.position));
        delivered.more.notify_one();
    }
}

/// Writes an event alone, and waits until the reader was handed it.
async fn mark(desk: &Desk, delivered: &Delivered) -> Result<()> {
    let position = desk.execute(SystemIds.next_id(), open(None, TEXT)).await?;
    tokio::time::timeout(PATIENCE, async {
        while !delivered.positions().contains(&position) {
            delivered.more.notified().await;
        }
    })
    .await
    .context("the reader did not come to the end")
}

fn per_second(things: usize, took: Duration) -> f64 {
    count(things) / took.as_secs_f64()
}
