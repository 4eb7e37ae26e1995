//! Where a list looks that shows in the order of their openings what was opened up to a position.
//!
//! A time bounds the times of what had been opened by then; a position does not, because facts are recorded in any order.
//! But the weeks in which anything was opened up to there are found by two looks at each week that there is.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::read::Span;

const SECONDS: i64 = 7 * 24 * 60 * 60;

/// The week of a time, from 1970.
pub(super) fn of(time: DateTime<Utc>) -> i32 {
    i32::try_from(time.timestamp().div_euclid(SECONDS)).unwrap_or(i32::MAX)
}

/// Spans that have every opening of the log's events up to `position`, the newest first, and no week without one. They
/// are one, from the first to the last, unless a past was moved in beside work that went on.
pub(super) async fn opened_by(
    pool: &PgPool,
    workspace: Uuid,
    position: i64,
) -> Result<Vec<Span>, sqlx::Error> {
    let weeks: Vec<(i32, bool)> = sqlx::query_as(
        "with recursive weeks (week) as (
             (select opened_week from read.consultation_versions
               where workspace_id = $1 and id = consultation_id order by opened_week desc limit 1)
             union all
             select (select v.opened_week from read.consultation_versions v
                      where v.workspace_id = $1 and v.id = v.consultation_id and v.opened_week < w.week
                      order by v.opened_week desc limit 1)
               from weeks w where w.week is not null)
         select week, exists (select from read.consultation_versions v
                               where v.workspace_id = $1 and v.id = v.consultation_id and v.opened_week = w.week
                                 and v.opened_position <= $2)
           from weeks w where week is not null order by week desc",
    )
    .bind(workspace)
    .bind(position)
    .fetch_all(pool)
    .await?;
    Ok(spans(&weeks))
}

/// From all weeks, the newest first, and whether anything of them was opened by then.
fn spans(weeks: &[(i32, bool)]) -> Vec<Span> {
    let runs = weeks.chunk_by(|(_, one), (_, other)| one == other).filter(|run| run[0].1);
    let ends = runs.filter_map(|run| Some((run.last()?.0, run.first()?.0)));
    ends.map(|(first, last)| (begin(first), begin(last.saturating_add(1)))).collect()
}

fn begin(week: i32) -> DateTime<Utc> {
    DateTime::from_timestamp(i64::from(week) * SECONDS, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_without_one_between_them_are_one_span() {
        let span = |first, last: i32| (begin(first), begin(last + 1));
        assert_eq!(spans(&[]), []);
        assert_eq!(spans(&[(9, false), (8, false)]), []);
        assert_eq!(spans(&[(9, true), (7, true)]), [span(7, 9)]);
        assert_eq!(spans(&[(9, false), (7, true), (3, true)]), [span(3, 7)]);
        assert_eq!(spans(&[(9, true), (8, false), (7, true), (3, true)]), [span(9, 9), span(3, 7)]);
        assert_eq!(spans(&[(9, false), (8, true), (7, false)]), [span(8, 8)]);
    }
}
