//! Timers whose time has come become commands.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future;
use ledgerdesk_domain::{
    consultation::{AnnounceServiceLevel, Consultation, ConsultationCommand, ExpireHandover},
    context::Actor,
    event::{Recorded, Source},
    id::{ConsultationId, HandoverId, WorkspaceId},
    service_level::{self, Deadline, Stage},
    stream::{ExpectedVersion, StreamId, StreamType, StreamVersion},
};
use sha2::{Digest as _, Sha256};
use sqlx::{Postgres, Row as _, Transaction, postgres::PgRow};
use tokio::time::Instant;
use uuid::Uuid;

use super::{BACK_OFF, SAFETY, Shared, TimerError, rows};
use crate::{
    command::{CommandError, Envelope, IdempotencyKey},
    event_store::{AppendError, ReadError},
};

/// How many timers are taken at a time.
const ROUND: i64 = 64;
/// How soon a node looks again at timers that are due and that another node has taken.
const TAKEN: Duration = Duration::from_millis(100);
/// How often a command is decided again after the consultation changed under it.
const ATTEMPTS: usize = 32;

/// A timer that is due.
struct Due {
    workspace: WorkspaceId,
    consultation: ConsultationId,
    stage: String,
    clock: String,
    number: i32,
    fires_at: DateTime<Utc>,
    /// How long ago that was when it was taken, by the database's clock.
    late: Duration,
    now: DateTime<Utc>,
}

/// What became of a timer.
enum Outcome {
    Told(Stage),
    /// There is nothing to tell any more.
    Stale,
    Failed,
}

pub(super) async fn run(shared: Shared) {
    loop {
        let pause = match round(&shared).await {
            Ok(pause) => pause,
            Err(error) if error.is_shutdown() => return,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "timers cannot fire; trying again");
                BACK_OFF
            }
        };
        if shared.stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shared.changed.notified() => {}
            () = shared.stop.cancelled() => return,
        }
    }
}

/// Takes what is due and tells it; answers how long there is nothing to do.
async fn round(shared: &Shared) -> Result<Duration, TimerError> {
    let parts = &shared.parts;
    let mut transaction = parts.pool.begin().await?;
    let taken = take(&mut transaction).await?;
    parts.metrics.due(taken.len());
    if taken.is_empty() {
        return Ok(until_next(&mut transaction).await?);
    }
    let since = Instant::now();
    let outcomes = future::join_all(taken.iter().map(|due| tell(shared, due))).await;
    let (mut done, mut failed) = (vec![], vec![]);
    for (due, outcome) in taken.iter().zip(outcomes) {
        match outcome {
            Outcome::Told(stage) => parts.metrics.fired(stage, due.late + since.elapsed()),
            Outcome::Stale => parts.metrics.stale(),
            Outcome::Failed => {
                parts.metrics.failed();
                failed.push(due);
                continue;
            }
        }
        done.push(due);
    }
    delete(&mut transaction, &done).await?;
    put_off(&mut transaction, &failed).await?;
    transaction.commit().await?;
    Ok(Duration::ZERO)
}

/// Takes timers whose time has come; nobody else takes them until the transaction ends.
async fn take(transaction: &mut Transaction<'_, Postgres>) -> Result<Vec<Due>, sqlx::Error> {
    // Commands are carried out meanwhile. A node that falls asleep over them lets the others have them soon.
    sqlx::query("set local idle_in_transaction_session_timeout = '5s'").execute(&mut **transaction).await?;
    // The statement's time, which stays the same while it runs: the index is read up to there, and not to its end.
    let rows = sqlx::query(
        "with due as (
             select ctid from ledgerdesk.timers where tried_again_at <= statement_timestamp()
              order by tried_again_at limit $1 for update skip locked)
         select t.*, clock_timestamp() as now,
                extract(epoch from clock_timestamp() - t.fires_at)::float8 as late
           from ledgerdesk.timers t join due on t.ctid = due.ctid",
    )
    .bind(ROUND)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter().map(due).collect()
}

fn due(row: &PgRow) -> Result<Due, sqlx::Error> {
    let late: f64 = row.try_get("late")?;
    Ok(Due {
        workspace: WorkspaceId(row.try_get("workspace_id")?),
        consultation: ConsultationId(row.try_get("consultation_id")?),
        stage: row.try_get("stage")?,
        clock: row.try_get("clock")?,
        number: row.try_get("number")?,
        fires_at: row.try_get("fires_at")?,
        late: Duration::try_from_secs_f64(late).unwrap_or_default(),
        now: row.try_get("now")?,
    })
}

/// How long until the next timer: a moment if one is due that another node has taken.
async fn until_next(transaction: &mut Transaction<'_, Postgres>) -> Result<Duration, sqlx::Error> {
    let seconds: Option<f64> = sqlx::query_scalar(
        "select extract(epoch from min(tried_again_at) - clock_timestamp())::float8 from ledgerdesk.timers",
    )
    .fetch_one(&mut **transaction)
    .await?;
    Ok(match seconds.map(Duration::try_from_secs_f64) {
        None => SAFETY,
        Some(Ok(wait)) if !wait.is_zero() => wait.min(SAFETY),
        Some(_) => TAKEN,
    })
}

async fn delete(transaction: &mut Transaction<'_, Postgres>, done: &[&Due]) -> Result<(), sqlx::Error> {
    change(transaction, done, "delete from ledgerdesk.timers t using k").await
}

/// Leaves alone for a while what could not be told, so that others come first.
async fn put_off(transaction: &mut Transaction<'_, Postgres>, failed: &[&Due]) -> Result<(), sqlx::Error> {
    let change_sql = "update ledgerdesk.timers t set tried_again_at = clock_timestamp() + interval '250 milliseconds' from k";
    change(transaction, failed, change_sql).await
}

async fn change(
    transaction: &mut Transaction<'_, Postgres>,
    timers: &[&Due],
    verb: &str,
) -> Result<(), sqlx::Error> {
    if timers.is_empty() {
        return Ok(());
    }
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "with k as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[])
             as k (consultation_id, stage, clock, number, fires_at))
         {verb} where (k.consultation_id, k.stage, k.clock, k.number, k.fires_at)
             = (t.consultation_id, t.stage, t.clock, t.number, t.fires_at)"
    )))
    .bind(timers.iter().map(|due| due.consultation.uuid()).collect::<Vec<Uuid>>())
    .bind(timers.iter().map(|due| due.stage.as_str()).collect::<Vec<_>>())
    .bind(timers.iter().map(|due| due.clock.as_str()).collect::<Vec<_>>())
    .bind(timers.iter().map(|due| due.number).collect::<Vec<_>>())
    .bind(timers.iter().map(|due| due.fires_at).collect::<Vec<_>>())
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// Tells what a timer is for, if the log still asks for it.
async fn tell(shared: &Shared, due: &Due) -> Outcome {
    for _ in 0..ATTEMPTS {
        let found = match find(shared, due).await {
            Ok(Some(found)) => found,
            Ok(None) => return Outcome::Stale,
            Err(error) => return failed(due, &error),
        };
        let (deadline, version) = found;
        let stage = deadline.stage;
        let cause = match cause(shared, due, &deadline).await {
            Ok(cause) => cause,
            Err(error) => return failed(due, &error),
        };
        let envelope = envelope(shared, due, (deadline, version), cause.as_deref());
        let executed = shared.parts.executor.execute::<Consultation>(envelope);
        match executed.await {
            Ok(_) => return Outcome::Told(stage),
            Err(CommandError::Append(AppendError::Conflict { .. })) => {}
            // The rules of the consultation see it otherwise: nothing is lost, it was a reminder.
            Err(CommandError::Rejected(rejection)) => {
                tracing::debug!(%rejection, consultation = %due.consultation, "a timer was refused");
                return Outcome::Stale;
            }
            Err(error) => return failed(due, &error),
        }
    }
    Outcome::Failed
}

fn failed(due: &Due, error: &(dyn std::error::Error + 'static)) -> Outcome {
    tracing::warn!(error, consultation = %due.consultation, "a timer could not tell what it has to; trying again");
    Outcome::Failed
}

/// What the timer is for, as the log has it now, and the version of the consultation that says so.
async fn find(shared: &Shared, due: &Due) -> Result<Option<(Deadline, StreamVersion)>, ReadError> {
    let levels = &shared.parts.levels;
    let (facts, rules) =
        tokio::try_join!(levels.facts(due.workspace, due.consultation), levels.rules(due.workspace))?;
    let deadline = service_level::ahead(&facts, &rules).deadlines.into_iter().find(|deadline| {
        deadline.stage.as_str() == due.stage
            && deadline.clock.as_str() == due.clock
            && rows::number(deadline) == due.number
            && deadline.at == due.fires_at
    });
    // Nobody is warned of what has passed.
    let has_passed = |deadline: &Deadline| deadline.stage == Stage::Warn && deadline.due_at <= due.now;
    Ok(deadline
        .filter(|deadline| !has_passed(deadline))
        .map(|deadline| (deadline, StreamVersion(facts.version()))))
}

/// The event that led to a deadline: it is what causes the telling, and the telling belongs to its conversation.
async fn cause(shared: &Shared, due: &Due, deadline: &Deadline) -> Result<Option<Arc<Recorded>>, ReadError> {
    let Some(version) = deadline.caused_by else { return Ok(None) };
    let stream = StreamId::new(StreamType::Consultation, due.consultation.uuid());
    let before = StreamVersion(version - 1);
    let read = shared.parts.store.read_stream(due.workspace, stream, before, 1).await?;
    Ok(read.into_iter().find(|event| event.version.0 == version))
}

fn envelope(
    shared: &Shared,
    due: &Due,
    (deadline, version): (Deadline, StreamVersion),
    cause: Option<&Recorded>,
) -> Envelope<ConsultationCommand> {
    let Due { stage, clock, number, consultation, .. } = due;
    let key = format!("timer:{consultation}:{stage}:{clock}:{number}:{}", deadline.at.timestamp_micros());
    let digest = Sha256::digest(&key).into();
    let occurred_at = Some(deadline.at);
    let command = match (deadline.stage, deadline.subject) {
        (Stage::HandoverExpiry, Some(handover)) => {
            ConsultationCommand::ExpireHandover(ExpireHandover { handover_id: HandoverId(handover) })
        }
        _ => ConsultationCommand::AnnounceServiceLevel(AnnounceServiceLevel { deadline }),
    };
    Envelope {
        workspace_id: due.workspace,
        stream_id: consultation.uuid(),
        command,
        actor: Actor::SYSTEM,
        correlation_id: cause
            .map_or_else(|| shared.parts.ids.next_id(), |cause| cause.metadata.correlation_id),
        causation_id: cause.map(|cause| cause.event_id.uuid()),
        source: Source::system("timer"),
        idempotency: Some(IdempotencyKey { key, digest }),
        expected_version: ExpectedVersion::Exact(version),
        occurred_at,
        erase: vec![],
    }
}
