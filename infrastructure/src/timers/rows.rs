//! The tables of the timers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::{ConsultationId, WorkspaceId},
    service_level::Deadline,
    stream::Position,
};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

use super::{Reckoned, TimerError, clocks};
use crate::event_store::Cursor;

/// How many of a workspace's consultations are reckoned anew at a time.
pub(super) const REPLAYED: i64 = 200;

/// Up to where the log was looked at.
pub(super) async fn checkpoint(pool: &PgPool) -> Result<Cursor, TimerError> {
    let mut connection = pool.acquire().await?;
    read_checkpoint(&mut connection, "").await
}

/// The same, with the row held: nobody else writes timers until the transaction ends.
pub(super) async fn hold(transaction: &mut Transaction<'_, Postgres>) -> Result<Cursor, TimerError> {
    // A node that falls asleep here must not keep the others waiting.
    sqlx::raw_sql(
        "set local lock_timeout = '5s'; set local statement_timeout = '20s'; \
         set local idle_in_transaction_session_timeout = '3s'",
    )
    .execute(&mut **transaction)
    .await?;
    read_checkpoint(transaction, "for update").await
}

async fn read_checkpoint(connection: &mut PgConnection, lock: &str) -> Result<Cursor, TimerError> {
    let (epoch, position, hash_prefix): (i32, i64, Vec<u8>) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select epoch, position, hash_prefix from ledgerdesk.timer_checkpoint {lock}"
    )))
    .fetch_one(connection)
    .await?;
    let hash_prefix = hash_prefix.try_into().unwrap_or_default();
    Ok(Cursor { epoch, position: Position(position), hash_prefix })
}

/// Moves the checkpoint.
pub(super) async fn move_checkpoint(
    connection: &mut PgConnection,
    node: &str,
    to: Cursor,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update ledgerdesk.timer_checkpoint
            set epoch = $1, position = $2, hash_prefix = $3, holder = $4, updated_at = clock_timestamp()",
    )
    .bind(to.epoch)
    .bind(to.position.0)
    .bind(to.hash_prefix.as_slice())
    .bind(node)
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets everything: the log has another history.
pub(super) async fn clear(pool: &PgPool, node: &str) -> Result<(), TimerError> {
    let mut transaction = pool.begin().await?;
    hold(&mut transaction).await?;
    sqlx::raw_sql(
        "delete from ledgerdesk.timers; delete from ledgerdesk.clocks; \
         delete from ledgerdesk.timed_consultations; delete from ledgerdesk.timer_replays",
    )
    .execute(&mut *transaction)
    .await?;
    move_checkpoint(&mut transaction, node, Cursor::START).await?;
    transaction.commit().await?;
    Ok(())
}

/// Writes what is ahead of consultations, in place of what was written before.
pub(super) async fn write(connection: &mut PgConnection, reckoned: &[Reckoned]) -> Result<(), sqlx::Error> {
    if reckoned.is_empty() {
        return Ok(());
    }
    let (open, ended): (Vec<_>, Vec<_>) = reckoned.iter().partition(|one| one.ahead.is_open);
    sqlx::query(
        "insert into ledgerdesk.timed_consultations (consultation_id, workspace_id, version)
         select * from unnest($1::uuid[], $2::uuid[], $3::integer[])
         on conflict (consultation_id) do update set version = excluded.version",
    )
    .bind(open.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(open.iter().map(|one| one.workspace.uuid()).collect::<Vec<_>>())
    .bind(open.iter().map(|one| one.version).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    if !ended.is_empty() {
        sqlx::query("delete from ledgerdesk.timed_consultations where consultation_id = any($1)")
            .bind(ended.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
    }
    write_timers(connection, reckoned).await
}

/// Writes the timers alone, and the clocks that they are about. Those that stay are not touched; those that a node has taken are its business.
async fn write_timers(connection: &mut PgConnection, reckoned: &[Reckoned]) -> Result<(), sqlx::Error> {
    let all: Vec<(&Reckoned, &Deadline)> = reckoned
        .iter()
        .flat_map(|one| one.ahead.deadlines.iter().map(move |deadline| (one, deadline)))
        .collect();
    let consultations: Vec<Uuid> = all.iter().map(|(one, _)| one.consultation.uuid()).collect();
    let workspaces: Vec<Uuid> = all.iter().map(|(one, _)| one.workspace.uuid()).collect();
    let stages: Vec<&str> = all.iter().map(|(_, deadline)| deadline.stage.as_str()).collect();
    let clocks: Vec<&str> = all.iter().map(|(_, deadline)| deadline.clock.as_str()).collect();
    let numbers: Vec<i32> = all.iter().map(|(_, deadline)| number(deadline)).collect();
    let times: Vec<DateTime<Utc>> = all.iter().map(|(_, deadline)| deadline.at).collect();
    sqlx::query(
        "with gone as (
             select t.ctid from ledgerdesk.timers t
              where t.consultation_id = any($1) and not exists (
                 select from unnest($2::uuid[], $3::text[], $4::text[], $5::integer[], $6::timestamptz[])
                     as k (consultation_id, stage, clock, number, fires_at)
                  where (k.consultation_id, k.stage, k.clock, k.number, k.fires_at)
                      = (t.consultation_id, t.stage, t.clock, t.number, t.fires_at))
                for update skip locked)
         delete from ledgerdesk.timers t using gone where t.ctid = gone.ctid",
    )
    .bind(reckoned.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(&consultations)
    .bind(&stages)
    .bind(&clocks)
    .bind(&numbers)
    .bind(&times)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into ledgerdesk.timers
             (consultation_id, workspace_id, stage, clock, number, fires_at, tried_again_at)
         select k.consultation_id, k.workspace_id, k.stage, k.clock, k.number, k.fires_at, k.fires_at
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::timestamptz[])
                as k (consultation_id, workspace_id, stage, clock, number, fires_at)
         on conflict do nothing",
    )
    .bind(&consultations)
    .bind(&workspaces)
    .bind(&stages)
    .bind(&clocks)
    .bind(&numbers)
    .bind(&times)
    .execute(&mut *connection)
    .await?;
    clocks::write(connection, reckoned).await
}

/// Asks that all open consultations of these workspaces are reckoned anew.
pub(super) async fn ask_replay(
    connection: &mut PgConnection,
    workspaces: &BTreeSet<WorkspaceId>,
) -> Result<(), sqlx::Error> {
    if workspaces.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ledgerdesk.timer_replays (workspace_id, consultation_id) select unnest($1::uuid[]), $2
         on conflict (workspace_id) do update set consultation_id = excluded.consultation_id",
    )
    .bind(workspaces.iter().map(|workspace| workspace.uuid()).collect::<Vec<_>>())
    .bind(Uuid::nil())
    .execute(connection)
    .await
    .map(drop)
}

/// A workspace to reckon anew, and the next of its open consultations.
pub(super) async fn next_replay(
    transaction: &mut Transaction<'_, Postgres>,
) -> Result<Option<(WorkspaceId, Vec<ConsultationId>)>, sqlx::Error> {
    let row: Option<(Uuid, Uuid)> = sqlx::query_as(
        "select workspace_id, consultation_id from ledgerdesk.timer_replays limit 1 for update skip locked",
    )
    .fetch_optional(&mut **transaction)
    .await?;
    let Some((workspace, after)) = row else { return Ok(None) };
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select consultation_id from ledgerdesk.timed_consultations
          where workspace_id = $1 and consultation_id > $2 order by consultation_id limit $3",
    )
    .bind(workspace)
    .bind(after)
    .bind(REPLAYED)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(Some((WorkspaceId(workspace), ids.into_iter().map(ConsultationId).collect())))
}

/// Writes what was reckoned anew, unless somebody knows better by now, and goes on after the last one.
pub(super) async fn write_replay(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    reckoned: Vec<Reckoned>,
) -> Result<(), sqlx::Error> {
    let last = reckoned.last().map(|one| one.consultation.uuid());
    let current: Vec<Uuid> = sqlx::query_scalar(
        "update ledgerdesk.timed_consultations t set version = k.version
           from unnest($1::uuid[], $2::integer[]) as k (consultation_id, version)
          where t.consultation_id = k.consultation_id and t.version <= k.version
         returning t.consultation_id",
    )
    .bind(reckoned.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(reckoned.iter().map(|one| one.version).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    let current: BTreeSet<Uuid> = current.into_iter().collect();
    let is_last = i64::try_from(reckoned.len()).unwrap_or(i64::MAX) < REPLAYED;
    let kept: Vec<Reckoned> =
        reckoned.into_iter().filter(|one| current.contains(&one.consultation.uuid())).collect();
    write_timers(connection, &kept).await?;
    if is_last {
        let done = sqlx::query("delete from ledgerdesk.timer_replays where workspace_id = $1");
        return done.bind(workspace.uuid()).execute(connection).await.map(drop);
    }
    sqlx::query("update ledgerdesk.timer_replays set consultation_id = $2 where workspace_id = $1")
        .bind(workspace.uuid())
        .bind(last)
        .execute(connection)
        .await
        .map(drop)
}

pub(super) fn number(deadline: &Deadline) -> i32 {
    i32::try_from(deadline.number).unwrap_or(i32::MAX)
}
