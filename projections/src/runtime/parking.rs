//! Events that could not be applied, and the later events of the same row that wait behind them.

use std::{collections::HashSet, sync::Arc};

use ledgerdesk_domain::event::Recorded;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{fault::Fault, lease::Lease};

/// The keys whose events are parked, as of a count of changes by others.
#[derive(Debug, Default)]
pub(super) struct Parked {
    pub(super) keys: HashSet<Uuid>,
    /// Nothing until they were read for the first time.
    as_of: Option<i64>,
}

impl Parked {
    /// Reads the keys again if somebody else changed them; answers whether so.
    pub(super) async fn refresh(
        &mut self,
        connection: &mut PgConnection,
        lease: &Lease,
        changes: i64,
    ) -> Result<bool, Fault> {
        if self.as_of == Some(changes) {
            return Ok(false);
        }
        self.keys = sqlx::query_scalar(
            "select distinct key from ledgerdesk.parked_events where projection = $1 and build = $2",
        )
        .bind(lease.name)
        .bind(lease.build.as_str())
        .fetch_all(connection)
        .await?
        .into_iter()
        .collect();
        self.as_of = Some(changes);
        Ok(true)
    }

    /// The keys must be read again: the transaction that changed them did not commit.
    pub(super) fn forget(&mut self) {
        self.as_of = None;
    }
}

/// Parks one event for one key, with the reason.
pub(super) async fn park(
    connection: &mut PgConnection,
    lease: &Lease,
    key: Uuid,
    event: &Recorded,
    refused: (i32, &str),
) -> Result<(), Fault> {
    let (attempts, error) = refused;
    sqlx::query(
        "insert into ledgerdesk.parked_events
                (projection, build, key, position, event_id, workspace_id, attempts, error)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(key)
    .bind(event.position.0)
    .bind(event.event_id.uuid())
    .bind(event.workspace_id.uuid())
    .bind(attempts)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds later events of parked keys, in bulk.
pub(super) async fn hold(
    connection: &mut PgConnection,
    lease: &Lease,
    held: &[(Uuid, Arc<Recorded>)],
) -> Result<(), Fault> {
    if held.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Recorded) -> Uuid| held.iter().map(|(_, event)| of(event)).collect::<Vec<_>>();
    sqlx::query(
        "insert into ledgerdesk.parked_events (projection, build, key, position, event_id, workspace_id)
         select $1, $2, h.* from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[]) h",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(held.iter().map(|(key, _)| *key).collect::<Vec<_>>())
    .bind(held.iter().map(|(_, event)| event.position.0).collect::<Vec<_>>())
    .bind(column(|event| event.event_id.uuid()))
    .bind(column(|event| event.workspace_id.uuid()))
    .execute(connection)
    .await?;
    Ok(())
}
