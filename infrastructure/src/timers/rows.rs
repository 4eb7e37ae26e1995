//! The tables of the timers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::{ConsultationId, WorkspaceId},
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
    // A node that falls asleep here must not keep the others waiting. What a crash of the database takes back is written
    // again, because the checkpoint goes back with it.
    sqlx::raw_sql(
        "set local lock_timeout = '5s'; set local statement_timeout = '20s'; \
         set local idle_in_transaction_session_timeout = '3s'; set local synchronous_commit = off",
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
        "delete from ledgerdesk.reminders; delete from ledgerdesk.clocks; delete from ledgerdesk.timer_replays",
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
    let reminders: Vec<_> = reckoned.iter().map(|one| one.reminder(None)).collect();
    // A row that a node has taken is that node's business: it goes when the node has told.
    sqlx::query(
        "with gone as (
             select r.ctid from ledgerdesk.reminders r
               join unnest($1::uuid[], $2::integer[], $3::boolean[]) as k (consultation_id, version, stays)
                 on r.consultation_id = k.consultation_id
                and (r.version < k.version or r.version = k.version and not k.stays)
                for update of r skip locked)
         delete from ledgerdesk.reminders r using gone where r.ctid = gone.ctid",
    )
    .bind(reckoned.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(reckoned.iter().map(|one| one.version).collect::<Vec<_>>())
    .bind(reminders.iter().map(Option::is_some).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    let reminders: Vec<_> = reminders.into_iter().flatten().collect();
    insert(connection, &reminders, "do update set looks_at = excluded.looks_at").await?;
    clocks::write(connection, reckoned).await
}

/// A row of `ledgerdesk.reminders`.
pub(super) struct Reminder {
    pub(super) consultation: ConsultationId,
    pub(super) version: i32,
    pub(super) workspace: WorkspaceId,
    pub(super) looks_at: Option<DateTime<Utc>>,
}

/// Adds reminders; `conflict` says what becomes of one that is there.
pub(super) async fn insert(
    connection: &mut PgConnection,
    reminders: &[Reminder],
    conflict: &str,
) -> Result<(), sqlx::Error> {
    // In one order, so that two who add the same ones never wait for each other in a circle.
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "insert into ledgerdesk.reminders (consultation_id, version, workspace_id, looks_at)
         select * from unnest($1::uuid[], $2::integer[], $3::uuid[], $4::timestamptz[]) order by 1, 2
         on conflict (consultation_id, version) {conflict}"
    )))
    .bind(reminders.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(reminders.iter().map(|one| one.version).collect::<Vec<_>>())
    .bind(reminders.iter().map(|one| one.workspace.uuid()).collect::<Vec<_>>())
    .bind(reminders.iter().map(|one| one.looks_at).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
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
        "select distinct consultation_id from ledgerdesk.reminders
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
    // One that ended meanwhile has no row any more.
    let current: Vec<Uuid> = sqlx::query_scalar(
        "select consultation_id from ledgerdesk.reminders r
           join unnest($1::uuid[], $2::integer[]) as k (consultation_id, version) using (consultation_id)
          group by consultation_id having max(r.version) <= max(k.version)",
    )
    .bind(reckoned.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(reckoned.iter().map(|one| one.version).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    let current: BTreeSet<Uuid> = current.into_iter().collect();
    let is_last = i64::try_from(reckoned.len()).unwrap_or(i64::MAX) < REPLAYED;
    let kept: Vec<Reckoned> =
        reckoned.into_iter().filter(|one| current.contains(&one.consultation.uuid())).collect();
    write(connection, &kept).await?;
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
