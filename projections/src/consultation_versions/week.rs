//! Where a list begins that shows what was opened last up to a position.
//!
//! A time bounds the times of what had been opened by then; a position does not, because facts are recorded in any order.
//! But the last week in which anything was opened up to there is found by one look at each week behind it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

const SECONDS: i64 = 7 * 24 * 60 * 60;

/// The week of a time, from 1970.
pub(super) fn of(time: DateTime<Utc>) -> i32 {
    i32::try_from(time.timestamp().div_euclid(SECONDS)).unwrap_or(i32::MAX)
}

/// A time before which everything was opened that the log's events up to `position` opened.
pub(super) async fn opened_before(
    pool: &PgPool,
    workspace: Uuid,
    position: i64,
) -> Result<DateTime<Utc>, sqlx::Error> {
    let week: Option<i32> = sqlx::query_scalar(
        "with recursive weeks (week) as (
             (select opened_week from read.consultation_versions
               where workspace_id = $1 and id = consultation_id order by opened_week desc limit 1)
             union all
             select (select v.opened_week from read.consultation_versions v
                      where v.workspace_id = $1 and v.id = v.consultation_id and v.opened_week < w.week
                      order by v.opened_week desc limit 1)
               from weeks w
              where w.week is not null
                and not exists (select from read.consultation_versions v
                                 where v.workspace_id = $1 and v.id = v.consultation_id and v.opened_week = w.week
                                   and v.opened_position <= $2))
         select case when bool_or(week is null) then null else min(week) end from weeks",
    )
    .bind(workspace)
    .bind(position)
    .fetch_one(pool)
    .await?;
    let end = week.map_or(Some(DateTime::UNIX_EPOCH), |week| {
        DateTime::from_timestamp((i64::from(week) + 1) * SECONDS, 0)
    });
    Ok(end.unwrap_or(DateTime::<Utc>::MAX_UTC))
}
