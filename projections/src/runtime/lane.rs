//! A part of a projection's rows, and the record that it is ahead of the checkpoint.

use std::{collections::HashSet, sync::Arc};

use ledgerdesk_domain::{event::Recorded, stream::Position};
use ledgerdesk_infrastructure::event_store::Cursor;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    fault::Fault,
    fold::guard,
    lease::{self, Lease},
    load,
    pause::Pause,
    registered::Registered,
    table::{Build, Table},
    write,
};

/// The rows whose keys fall into one of so many parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    number: u16,
    of: u16,
}

impl Lane {
    /// Every row.
    pub(super) const WHOLE: Self = Self { number: 0, of: 1 };

    /// Whether the row is in it. Another program may have to complete what this one began: the answer never changes
    /// from version to version.
    pub(super) fn has(self, key: Uuid) -> bool {
        let (high, low) = key.as_u64_pair();
        // Ids may differ in their first or in their last bits only; the product spreads both over its upper half.
        let spread = (high ^ low.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        spread % u64::from(self.of) == u64::from(self.number)
    }
}

/// From the checkpoint to here, in so many lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) end: Cursor,
    pub(super) lanes: u16,
}

impl Stretch {
    pub(super) fn lanes(self) -> impl Iterator<Item = Lane> {
        (0..self.lanes).map(move |number| Lane { number, of: self.lanes })
    }
}

/// A stretch of which some lanes were committed.
#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) stretch: Stretch,
    pub(super) committed: Vec<Lane>,
}

type Row = (i32, i32, i32, i64, Vec<u8>);

/// The stretch that a build stands in, if it does not stand at its checkpoint alone.
pub(super) async fn under_way(
    connection: &mut PgConnection,
    name: &str,
    build: Build,
) -> Result<Option<UnderWay>, Fault> {
    let rows: Vec<Row> = sqlx::query_as(
        "select lane, lanes, epoch, end_position, end_hash from ledgerdesk.projection_lanes
          where name = $1 and build = $2 order by lane",
    )
    .bind(name)
    .bind(build.as_str())
    .fetch_all(connection)
    .await?;
    let misfit = || Fault::Paused(Pause::misfit("the lanes that are ahead of the checkpoint do not agree"));
    let mut found: Option<UnderWay> = None;
    for (lane, lanes, epoch, position, hash) in rows {
        let [number, lanes] = [lane, lanes].map(u16::try_from);
        let (number, lanes) = (number.map_err(|_| misfit())?, lanes.map_err(|_| misfit())?);
        let stretch = Stretch { end: lease::cursor(epoch, position, &hash)?, lanes };
        let under_way = found.get_or_insert_with(|| UnderWay { stretch, committed: Vec::new() });
        if under_way.stretch != stretch {
            return Err(misfit());
        }
        under_way.committed.push(Lane { number, of: lanes });
    }
    Ok(found)
}

/// Records that the lane is at the end of the stretch, in the transaction that brings it there.
pub(super) async fn record(
    connection: &mut PgConnection,
    lease: &Lease,
    stretch: Stretch,
    lane: Lane,
) -> Result<(), Fault> {
    sqlx::query(
        "insert into ledgerdesk.projection_lanes (name, build, lane, lanes, epoch, end_position, end_hash)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(i32::from(lane.number))
    .bind(i32::from(stretch.lanes))
    .bind(stretch.end.epoch)
    .bind(stretch.end.position.0)
    .bind(stretch.end.hash_prefix.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the lanes of a build, in the transaction that moves its checkpoint to their end or drops its table.
/// Answers how many there were.
pub(super) async fn forget(
    connection: &mut PgConnection,
    name: &str,
    build: Build,
    end: Option<Position>,
) -> Result<u64, Fault> {
    let forgotten = sqlx::query(
        "delete from ledgerdesk.projection_lanes
          where name = $1 and build = $2 and end_position = coalesce($3, end_position)",
    )
    .bind(name)
    .bind(build.as_str())
    .bind(end.map(|end| end.0))
    .execute(connection)
    .await?;
    Ok(forgotten.rows_affected())
}

/// What the lanes of the live build have done goes with its table to the place of what was replaced.
pub(super) async fn keep(connection: &mut PgConnection, name: &str) -> Result<(), Fault> {
    sqlx::query(
        "update ledgerdesk.projection_lanes set build = 'previous' where name = $1 and build = 'live'",
    )
    .bind(name)
    .execute(connection)
    .await?;
    Ok(())
}

/// Folds the events onto the rows of the lane and writes what differs. Answers how many rows that were.
pub(super) async fn write(
    connection: &mut PgConnection,
    projection: &dyn Registered,
    table: &Table,
    lane: Lane,
    events: &[Arc<Recorded>],
) -> Result<usize, Fault> {
    let mut rows = projection.rows(lane);
    let keys = guard(|| rows.missing(events))?;
    load::load(&mut *connection, table, &mut *rows, &keys).await?;
    // No key is parked where there are lanes: nothing is held back.
    guard(|| rows.fold(events, &HashSet::new(), None))?;
    write::write(connection, table, &mut *rows).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane_of(key: Uuid, of: u16) -> u16 {
        let found: Vec<u16> = (0..of).filter(|&number| Lane { number, of }.has(key)).collect();
        assert_eq!(found.len(), 1, "{key} is in the lanes {found:?}");
        found[0]
    }

    #[test]
    fn every_key_is_in_one_lane_and_the_lanes_are_of_a_size() {
        for of in 1..=8 {
            // Ids that differ at their end, at their beginning, and as random ones do.
            let shapes: [fn(u128) -> u128; 3] =
                [|n| n, |n| n << 64, |n| n.wrapping_mul(0x2545_F491_4F6C_DD1D_9E37_79B9_7F4A_7C15)];
            for shape in shapes {
                let mut sizes = vec![0_usize; usize::from(of)];
                for number in 1..=8_000 {
                    sizes[usize::from(lane_of(Uuid::from_u128(shape(number)), of))] += 1;
                }
                let fair = 8_000 / usize::from(of);
                assert!(sizes.iter().all(|size| size.abs_diff(fair) < fair / 4), "{of}: {sizes:?}");
            }
        }
    }

    #[test]
    fn the_lane_of_a_key_is_for_ever() {
        let key = Uuid::from_u128(0x0190_8A3E_5C1B_7D42_9F10_3B6E_A2C4_5D77);
        let lanes: Vec<u16> = (1..=8).map(|of| lane_of(key, of)).collect();
        assert_eq!(lanes, [0, 0, 1, 0, 1, 4, 5, 4]);
    }
}
