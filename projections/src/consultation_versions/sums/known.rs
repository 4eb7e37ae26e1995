//! The sums of a workspace: how many versions began and how many ended, on each day and in each stretch of the log.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{consultation::Status, id::WorkspaceId};
use serde::Deserialize;
use sqlx::{PgConnection, PgPool, types::Json};

use super::{Counts, Kind};
use crate::{consultation_versions::power, read};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How many positions a stretch of the log has.
const STRETCH: i64 = 256;

/// What is known at a position.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Of which versions.
    build: Option<Build>,
    position: i64,
    /// What began less what ended, on each day.
    days: Slots,
    /// What became the newest version less what ceased to be, in each stretch up to the position.
    stretches: Slots,
}

type Slots = BTreeMap<i64, Counts>;

/// The log's epoch, which a restore changes; what the table was made by and when; and how often a replay changed it.
type Build = (i32, i32, DateTime<Utc>, i64);

/// A number of versions, as the statements answer it.
#[derive(Debug, Deserialize)]
struct Cell {
    #[serde(flatten)]
    kind: Kind,
    #[serde(default)]
    slot: i64,
    count: i64,
}

/// Every version; `v` in what follows.
const ALL: &str = "(select * from read.consultation_versions where workspace_id = $1) v";

/// The versions of the consultations that an event between two positions, the first one excluded, changed: each such
/// event began a version of theirs. One index range for each stage and length, as for the lists.
const CHANGED: &str = "(select distinct made.opened_at, made.consultation_id
       from unnest($4::text[]) as stages (status), unnest($5::smallint[]) as stays (stay),
            lateral (select n.opened_at, n.consultation_id from read.consultation_versions n
                      where n.workspace_id = $1 and n.status = stages.status and n.stay = stays.stay
                        and n.from_position > $2 and n.from_position <= $3 offset 0) made) changed
       , lateral (select * from read.consultation_versions c
                   where c.workspace_id = $1 and c.opened_at = changed.opened_at
                     and c.consultation_id = changed.consultation_id offset 0) v";

/// `select` of a [`Cell`].
const CELL: &str = "select jsonb_build_object('status', status, 'merged', merged, 'slot', slot, 'count', sum(count)::bigint)";
const KIND: &str = "v.status, v.merged_into is not null as merged";

/// What is known at `$2` and not at `$3` of the days, and the other way round.
fn days(versions: &str) -> String {
    let known = |at: &str| format!("v.from_position <= {at} and v.known_until > {at}");
    let ended = |at: &str| format!("{} and v.until_position <= {at}", known(at));
    let day = |time: &str| format!("floor(extract(epoch from v.{time}) / {DAY_SECONDS})::bigint as slot");
    let (later, earlier) = (known("$3"), known("$2"));
    let (ended_later, ended_earlier) = (ended("$3"), ended("$2"));
    let (from, until) = (day("from_at"), day("until_at"));
    format!(
        "{CELL} from (
             select {KIND}, {from}, count(*) filter (where {later}) - count(*) filter (where {earlier}) as count
               from {versions} group by 1, 2, 3
             union all
             select {KIND}, {until}, count(*) filter (where {ended_earlier}) - count(*) filter (where {ended_later})
               from {versions} where v.until_at is not null group by 1, 2, 3) told
          group by status, merged, slot having sum(count) <> 0"
    )
}

/// What became the newest and what ceased to be, after `$2` and up to `$3`.
fn stretches(versions: &str) -> String {
    let slot = |position: &str| format!("v.{position} / {STRETCH} as slot");
    let (from, until) = (slot("from_position"), slot("until_position"));
    format!(
        "{CELL} from (
             select {KIND}, {from}, count(*) as count from {versions}
              where v.from_position > $2 and v.from_position <= $3 and v.until_position > v.from_position
              group by 1, 2, 3
             union all
             select {KIND}, {until}, -count(*) from {versions}
              where v.until_position > $2 and v.until_position <= $3 and v.until_position > v.from_position
              group by 1, 2, 3) told
          group by status, merged, slot having sum(count) <> 0"
    )
}

/// What holds at `$6` as is known at `$3`, less what is known to at `$2`, of what changed between the two.
fn learned() -> String {
    let holds = |at: &str| {
        format!(
            "v.from_position <= {at} and v.known_until > {at} and v.from_at <= $6
             and (v.until_at > $6 or v.until_position > {at})"
        )
    };
    format!(
        "{CELL} from (select {KIND}, 0 as slot,
                count(*) filter (where {}) - count(*) filter (where {}) as count
           from {CHANGED} group by 1, 2) told group by status, merged, slot",
        holds("$3"),
        holds("$2")
    )
}

/// What began less what ended from `$3` to `$4`, as is known at `$2`: those of each stage and length that may have.
const WITHIN_DAY: &str = "
    select jsonb_build_object('status', v.status, 'merged', v.merged, 'count',
               count(*) filter (where v.from_at >= $3)
               - count(*) filter (where v.until_at >= $3 and v.until_at <= $4 and v.until_position <= $2))
      from unnest($5::text[]) as stages (status), unnest($6::smallint[], $7::timestamptz[]) as lengths (span, bound),
           lateral (select n.status, n.merged_into is not null as merged, n.from_at, n.until_at, n.until_position
                      from read.consultation_versions n
                     where n.workspace_id = $1 and n.status = stages.status and n.span = lengths.span
                       and n.from_at >= lengths.bound and n.from_at <= $4
                       and n.from_position <= $2 and n.known_until > $2 offset 0) v
     group by v.status, v.merged";

impl Known {
    pub(super) const fn position(&self) -> i64 {
        self.position
    }

    /// Whether the versions are still those that they are of.
    pub(super) async fn still_holds(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        Ok(build(connection).await? == self.build)
    }

    /// The same as is known at a later position. From nothing, all versions are looked at.
    pub(super) async fn brought_up_to(
        &self,
        pool: &PgPool,
        workspace: WorkspaceId,
        position: i64,
    ) -> Result<Self, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        // Somebody's count does not wait for it.
        sqlx::raw_sql("set local statement_timeout = '10min'").execute(&mut *transaction).await?;
        let mut made = Self { build: build(&mut transaction).await?, position, ..self.clone() };
        let sides = [(&mut made.days, days as fn(&str) -> String), (&mut made.stretches, stretches)];
        for (slots, statement) in sides {
            let cells = between(&mut transaction, statement, workspace, (self.position, position)).await?;
            for cell in cells {
                add(slots.entry(cell.slot).or_default(), cell.kind, cell.count);
            }
        }
        transaction.commit().await?;
        Ok(made)
    }

    /// How many there were where the log ended at the position.
    pub(super) async fn at_position(
        &self,
        connection: &mut PgConnection,
        workspace: WorkspaceId,
        position: i64,
    ) -> Result<Counts, sqlx::Error> {
        // Whole stretches, or all that is known; what is left is looked up.
        let (slot, from) = if position > self.position {
            (i64::MAX, self.position)
        } else {
            (position / STRETCH, position / STRETCH * STRETCH - 1)
        };
        let mut counts = sum(&self.stretches, slot);
        for cell in between(connection, stretches, workspace, (from, position)).await? {
            add(&mut counts, cell.kind, cell.count);
        }
        Ok(counts)
    }

    /// How many there were at the time, as is known at the position, which is not before the one of the sums.
    pub(super) async fn at_time(
        &self,
        connection: &mut PgConnection,
        workspace: WorkspaceId,
        time: DateTime<Utc>,
        position: i64,
    ) -> Result<Counts, sqlx::Error> {
        let day = time.timestamp().div_euclid(DAY_SECONDS);
        let dawn = DateTime::from_timestamp(day * DAY_SECONDS, 0).unwrap_or(time);
        let mut counts = sum(&self.days, day);
        let (spans, bounds) = power::times_since(dawn);
        let today = sqlx::query_scalar::<_, Json<Cell>>(WITHIN_DAY)
            .bind(workspace.uuid())
            .bind(self.position)
            .bind(dawn)
            .bind(time)
            .bind(stages())
            .bind(spans)
            .bind(bounds);
        let mut cells = today.fetch_all(&mut *connection).await?;
        if position > self.position {
            let learned = learned();
            let learned = sqlx::query_scalar::<_, Json<Cell>>(sqlx::AssertSqlSafe(learned))
                .bind(workspace.uuid())
                .bind(self.position)
                .bind(position)
                .bind(stages())
                .bind(power::lengths())
                .bind(time);
            cells.extend(learned.fetch_all(&mut *connection).await?);
        }
        for Json(cell) in cells {
            add(&mut counts, cell.kind, cell.count);
        }
        Ok(counts)
    }
}

/// What a statement tells of the versions between two positions; from nothing, of all of them.
async fn between(
    connection: &mut PgConnection,
    statement: fn(&str) -> String,
    workspace: WorkspaceId,
    (after, until): (i64, i64),
) -> Result<Vec<Cell>, sqlx::Error> {
    let is_all = after == 0;
    let sql = statement(if is_all { ALL } else { CHANGED });
    let mut cells = sqlx::query_scalar::<_, Json<Cell>>(sqlx::AssertSqlSafe(sql));
    cells = cells.bind(workspace.uuid()).bind(after).bind(until);
    if !is_all {
        cells = cells.bind(stages()).bind(power::lengths());
    }
    Ok(cells.fetch_all(connection).await?.into_iter().map(|Json(cell)| cell).collect())
}

async fn build(connection: &mut PgConnection) -> Result<Option<Build>, sqlx::Error> {
    sqlx::query_as(
        "select epoch, version, started_at, parked_changes from ledgerdesk.projections
          where name = 'consultation_versions' and build = 'live'",
    )
    .fetch_optional(connection)
    .await
}

fn stages() -> Vec<String> {
    Status::ALL.iter().map(read::wire).collect()
}

/// What is in all slots before this one.
fn sum(slots: &Slots, before: i64) -> Counts {
    let mut counts = Counts::new();
    for (kind, count) in slots.range(..before).flat_map(|(_, counts)| counts) {
        add(&mut counts, *kind, *count);
    }
    counts
}

fn add(counts: &mut Counts, kind: Kind, count: i64) {
    *counts.entry(kind).or_default() += count;
}
