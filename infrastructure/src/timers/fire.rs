//! What has to be told of consultations whose time has come becomes commands.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future;
use ledgerdesk_domain::{
    consultation::{
        AnnounceServiceLevel, Consultation, ConsultationCommand, ConsultationRejection, ExpireHandover,
    },
    context::Actor,
    event::{Recorded, Source},
    id::{ConsultationId, HandoverId, WorkspaceId},
    service_level::{ClockKind, Deadline, Stage},
    stream::{ExpectedVersion, StreamId, StreamType, StreamVersion},
};
use sha2::{Digest as _, Sha256};
use sqlx::{Postgres, Row as _, Transaction};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    BACK_OFF, Reckoned, SAFETY, Shared, TimerError,
    rows::{self, Reminder},
};
use crate::{
    command::{CommandError, Envelope, IdempotencyKey},
    event_store::{AppendError, ReadError},
};

/// How many consultations are taken at a time.
const ROUND: i64 = 64;
/// How soon a node looks again at what is due and that another node has taken.
const TAKEN: Duration = Duration::from_millis(100);
/// How often a command is decided again after the consultation changed under it.
const ATTEMPTS: usize = 32;

/// A consultation whose time has come.
struct Due {
    workspace: WorkspaceId,
    consultation: ConsultationId,
    version: i32,
    /// When it was taken, by the database's clock.
    now: DateTime<Utc>,
    taken: Instant,
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
    let told = future::join_all(taken.iter().map(|due| tell(shared, due))).await;
    let (mut done, mut failed, mut next) = (vec![], vec![], vec![]);
    for (due, told) in taken.iter().zip(told) {
        match told {
            Ok(reminder) => {
                done.push(due);
                next.extend(reminder);
            }
            Err(error) => {
                parts.metrics.failed();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    consultation = %due.consultation,
                    "a timer could not tell what it has to; trying again"
                );
                failed.push(due);
            }
        }
    }
    change(&mut transaction, &done, "delete from ledgerdesk.reminders r using k").await?;
    rows::insert(&mut transaction, &next, "do nothing").await?;
    // Left alone for a while, so that others come first.
    let put_off =
        "update ledgerdesk.reminders r set looks_at = clock_timestamp() + interval '250 milliseconds' from k";
    change(&mut transaction, &failed, put_off).await?;
    transaction.commit().await?;
    Ok(Duration::ZERO)
}

/// Takes consultations whose time has come; nobody else takes them until the transaction ends.
async fn take(transaction: &mut Transaction<'_, Postgres>) -> Result<Vec<Due>, sqlx::Error> {
    // Commands are carried out meanwhile. A node that falls asleep over them lets the others have them soon. If a crash
    // takes the end of the transaction back, the log still says what was told.
    let limits = "set local idle_in_transaction_session_timeout = '5s'; set local synchronous_commit = off";
    sqlx::raw_sql(limits).execute(&mut **transaction).await?;
    // The statement's time, which stays the same while it runs: the index is read up to there, and not to its end.
    let rows = sqlx::query(
        "with due as (
             select ctid from ledgerdesk.reminders where looks_at <= statement_timestamp()
              order by looks_at limit $1 for update skip locked)
         select r.workspace_id, r.consultation_id, r.version, clock_timestamp() as now
           from ledgerdesk.reminders r join due on r.ctid = due.ctid",
    )
    .bind(ROUND)
    .fetch_all(&mut **transaction)
    .await?;
    let taken = Instant::now();
    rows.iter()
        .map(|row| {
            Ok(Due {
                workspace: WorkspaceId(row.try_get("workspace_id")?),
                consultation: ConsultationId(row.try_get("consultation_id")?),
                version: row.try_get("version")?,
                now: row.try_get("now")?,
                taken,
            })
        })
        .collect()
}

/// How long until the next look: a moment if one is due that another node has taken.
async fn until_next(transaction: &mut Transaction<'_, Postgres>) -> Result<Duration, sqlx::Error> {
    let seconds: Option<f64> = sqlx::query_scalar(
        "select extract(epoch from min(looks_at) - clock_timestamp())::float8 from ledgerdesk.reminders",
    )
    .fetch_one(&mut **transaction)
    .await?;
    Ok(match seconds.map(Duration::try_from_secs_f64) {
        None => SAFETY,
        Some(Ok(wait)) if !wait.is_zero() => wait.min(SAFETY),
        Some(_) => TAKEN,
    })
}

/// Changes rows that were taken.
async fn change(
    transaction: &mut Transaction<'_, Postgres>,
    taken: &[&Due],
    verb: &str,
) -> Result<(), sqlx::Error> {
    if taken.is_empty() {
        return Ok(());
    }
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "with k as (select * from unnest($1::uuid[], $2::integer[]) as k (consultation_id, version))
         {verb} where (k.consultation_id, k.version) = (r.consultation_id, r.version)"
    )))
    .bind(taken.iter().map(|due| due.consultation.uuid()).collect::<Vec<Uuid>>())
    .bind(taken.iter().map(|due| due.version).collect::<Vec<_>>())
    .execute(&mut **transaction)
    .await
    .map(drop)
}

/// Tells what has come of a consultation, one after the other, as far as the log still asks for it; answers when to look
/// again.
async fn tell(shared: &Shared, due: &Due) -> Result<Option<Reminder>, CommandError<ConsultationRejection>> {
    let metrics = &shared.parts.metrics;
    // What is settled: told, or refused, whatever the log says of it next.
    let mut settled: Vec<(Stage, ClockKind, u32)> = vec![];
    let (mut attempts, mut has_told) = (0, false);
    loop {
        let reckoned = reckon(shared, due).await?;
        // Nobody is warned of what has passed.
        let has_passed = |deadline: &Deadline| deadline.stage == Stage::Warn && deadline.due_at <= due.now;
        let come = reckoned.ahead.deadlines.iter().filter(|deadline| {
            deadline.at <= due.now && !has_passed(deadline) && !settled.contains(&key(deadline))
        });
        let Some(deadline) = come.min_by_key(|deadline| deadline.at) else {
            if !has_told {
                metrics.stale();
            }
            return Ok(reckoned.reminder(Some(due.now)));
        };
        let cause = cause(shared, due, deadline).await?;
        let envelope = envelope(shared, due, (deadline, reckoned.version), cause.as_deref());
        match shared.parts.executor.execute::<Consultation>(envelope).await {
            Ok(_) => {
                let waited = (due.now - deadline.at).to_std().unwrap_or_default();
                metrics.fired(deadline.stage, waited + due.taken.elapsed());
                has_told = true;
            }
            Err(CommandError::Append(AppendError::Conflict { .. })) if attempts < ATTEMPTS => {
                attempts += 1;
                continue;
            }
            // The rules of the consultation see it otherwise: nothing is lost, it was a reminder.
            Err(CommandError::Rejected(rejection)) => {
                tracing::debug!(%rejection, consultation = %due.consultation, "a timer was refused");
            }
            Err(error) => return Err(error),
        }
        settled.push(key(deadline));
    }
}

const fn key(deadline: &Deadline) -> (Stage, ClockKind, u32) {
    (deadline.stage, deadline.clock, deadline.number)
}

/// What is ahead of the consultation, as the log has it now.
async fn reckon(shared: &Shared, due: &Due) -> Result<Reckoned, ReadError> {
    let Due { workspace, consultation, .. } = *due;
    let levels = &shared.parts.levels;
    let (facts, rules) = tokio::try_join!(levels.facts(workspace, consultation), levels.rules(workspace))?;
    Ok(Reckoned::of(workspace, consultation, &facts, &rules))
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
    (deadline, version): (&Deadline, i32),
    cause: Option<&Recorded>,
) -> Envelope<ConsultationCommand> {
    let (consultation, stage, clock) = (due.consultation, deadline.stage.as_str(), deadline.clock.as_str());
    let key = format!(
        "timer:{consultation}:{stage}:{clock}:{}:{}",
        deadline.number,
        deadline.at.timestamp_micros()
    );
    let digest = Sha256::digest(&key).into();
    let occurred_at = Some(deadline.at);
    let command = match (deadline.stage, deadline.subject) {
        (Stage::HandoverExpiry, Some(handover)) => {
            ConsultationCommand::ExpireHandover(ExpireHandover { handover_id: HandoverId(handover) })
        }
        _ => ConsultationCommand::AnnounceServiceLevel(AnnounceServiceLevel { deadline: deadline.clone() }),
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
        expected_version: ExpectedVersion::Exact(StreamVersion(version)),
        occurred_at,
        erase: vec![],
    }
}
