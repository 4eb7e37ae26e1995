//! Clocks that run, with the time at which each is due: what lists of deadlines read.
//!
//! Written with the timers, in the same transaction. A timer is gone when it has told; the clock stays until what was
//! promised is done or no longer wanted, so that who is late is still found.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{service_level::Standing, stream::Position};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::Reckoned;

/// Whether the clocks show the log up to this position.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn is_shown(pool: &PgPool, position: Position) -> Result<bool, sqlx::Error> {
    let sql = "select coalesce(max(position) >= $1, false) from ledgerdesk.timer_checkpoint";
    sqlx::query_scalar(sql).bind(position.0).fetch_one(pool).await
}

/// Writes the clocks of consultations in place of what was written before; those that stay as they are, are not touched.
pub(super) async fn write(connection: &mut PgConnection, reckoned: &[Reckoned]) -> Result<(), sqlx::Error> {
    let all: Vec<(&Reckoned, &Standing)> =
        reckoned.iter().flat_map(|one| one.ahead.clocks.iter().map(move |clock| (one, clock))).collect();
    let (mut consultations, mut workspaces) = (Vec::new(), Vec::new());
    let (mut kinds, mut numbers) = (Vec::new(), Vec::new());
    for (one, clock) in &all {
        consultations.push(one.consultation.uuid());
        workspaces.push(one.workspace.uuid());
        kinds.push(clock.kind.as_str());
        numbers.push(i32::try_from(clock.number).unwrap_or(i32::MAX));
    }
    let subjects: Vec<Option<Uuid>> = all.iter().map(|(_, clock)| clock.subject).collect();
    let warned: Vec<Option<DateTime<Utc>>> = all.iter().map(|(_, clock)| clock.warn_at).collect();
    let due: Vec<DateTime<Utc>> = all.iter().map(|(_, clock)| clock.due_at).collect();
    // Nobody else writes meanwhile, so what is missing can be added without looking whether somebody was faster.
    sqlx::query(
        "with k as (select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::uuid[], \
                        $7::timestamptz[], $8::timestamptz[]) \
                        as k (consultation_id, workspace_id, clock, number, handover_id, warn_at, due_at)), \
         gone as (delete from ledgerdesk.clocks t where t.consultation_id = any($1) and not exists ( \
                      select from k where (k.consultation_id, k.clock, k.number) \
                                        = (t.consultation_id, t.clock, t.number))), \
         moved as (update ledgerdesk.clocks t set warn_at = k.warn_at, due_at = k.due_at from k \
                    where t.consultation_id = any($1) \
                      and (k.consultation_id, k.clock, k.number) = (t.consultation_id, t.clock, t.number) \
                      and (k.warn_at, k.due_at) is distinct from (t.warn_at, t.due_at)) \
         insert into ledgerdesk.clocks (consultation_id, workspace_id, clock, number, handover_id, warn_at, due_at) \
         select * from k where not exists ( \
                      select from ledgerdesk.clocks t where t.consultation_id = any($1) \
                         and (k.consultation_id, k.clock, k.number) = (t.consultation_id, t.clock, t.number))",
    )
    .bind(reckoned.iter().map(|one| one.consultation.uuid()).collect::<Vec<_>>())
    .bind(&consultations)
    .bind(&workspaces)
    .bind(&kinds)
    .bind(&numbers)
    .bind(&subjects)
    .bind(&warned)
    .bind(&due)
    .execute(connection)
    .await
    .map(drop)
}
