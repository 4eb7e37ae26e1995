//! A closer look at an event that is not right: was it changed, slipped in, or put into another's place?

use ledgerdesk_domain::stream::Position;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{End, Finding, Mode, Walk};
use crate::event_store::{
    canonical::GENESIS,
    scan::{self, Range, Rows},
    stored::OwnedEvent,
};

/// How many positions are searched for the event behind the one that is not right.
const NEAR: i64 = 1_000;

/// The same finding, or a more telling one. Everything before it is known to be right.
pub(super) async fn look(pool: &PgPool, finding: Finding) -> Result<Finding, sqlx::Error> {
    let (Finding::Changed { position, .. } | Finding::OutOfPlace { position, .. }) = &finding else {
        return Ok(finding);
    };
    let position = *position;
    let mut connection = pool.acquire().await?;
    let found = two(&mut connection, position).await?;
    let [bad, next] = found.as_slice() else { return Ok(finding) };
    let mut walk = Walk::after(position.0 - 1, Mode::ChainOnly);
    for workspace in [bad.as_raw().workspace_id, next.as_raw().workspace_id] {
        let end = end_before(&mut connection, workspace, position).await?;
        walk.stand(workspace, end);
    }
    Ok(walk.look_closer(&bad.as_raw(), &next.as_raw()).unwrap_or(finding))
}

/// The event at a position and the one behind it.
async fn two(connection: &mut PgConnection, position: Position) -> Result<Vec<OwnedEvent>, sqlx::Error> {
    let range = Range { after: position.0 - 1, to: position.0 + NEAR, workspace: None };
    let mut found = Vec::with_capacity(2);
    let mut rows = Rows::of(connection, range).await?;
    while let Some(row) = rows.next().await? {
        if found.len() < 2 {
            found.push(scan::parse(&row)?.copied());
        }
    }
    Ok(found)
}

/// Where a workspace stands before a position.
async fn end_before(
    connection: &mut PgConnection,
    workspace: Uuid,
    position: Position,
) -> Result<End, sqlx::Error> {
    let end: Option<(i64, Vec<u8>)> = sqlx::query_as(
        "select workspace_sequence, hash from ledgerdesk.events where workspace_id = $1 and position < $2 \
         order by position desc limit 1",
    )
    .bind(workspace)
    .bind(position.0)
    .fetch_optional(connection)
    .await?;
    Ok(end.map_or((0, GENESIS), |(sequence, hash)| (sequence, hash.as_slice().try_into().unwrap_or(GENESIS))))
}
