//! What commands with an idempotency key did before.

use std::collections::HashMap;

use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId, StreamType, StreamVersion},
};
use sqlx::{PgExecutor, Row as _, postgres::PgRow};

use super::append::{Appended, Idempotency};

/// The key was used before, for another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyReused;

/// What the command with this key did, if it was executed.
pub(super) async fn find(
    executor: impl PgExecutor<'_>,
    workspace: WorkspaceId,
    idempotency: &Idempotency,
) -> Result<Option<Result<Appended, KeyReused>>, sqlx::Error> {
    let found =
        find_all(executor, workspace, &idempotency.actor, std::slice::from_ref(&idempotency.key)).await?;
    Ok(found
        .into_values()
        .next()
        .map(|(digest, appended)| if digest == idempotency.digest { Ok(appended) } else { Err(KeyReused) }))
}

/// Digest and result of every one of these keys that was used.
pub(super) async fn find_all(
    executor: impl PgExecutor<'_>,
    workspace: WorkspaceId,
    actor: &str,
    keys: &[String],
) -> Result<HashMap<String, (Vec<u8>, Appended)>, sqlx::Error> {
    let rows = sqlx::query(
        "select idempotency_key, digest, stream_type, stream_id, version, position, appended \
         from ledgerdesk.commands where workspace_id = $1 and actor = $2 and idempotency_key = any($3)",
    )
    .bind(workspace.0)
    .bind(actor)
    .bind(keys)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("idempotency_key")?, (row.try_get("digest")?, result(row)?))))
        .collect()
}

fn result(row: &PgRow) -> Result<Appended, sqlx::Error> {
    let stream_type: String = row.try_get("stream_type")?;
    let stream_type = StreamType::parse(&stream_type)
        .ok_or_else(|| sqlx::Error::Decode(format!("unknown stream type {stream_type}").into()))?;
    let appended: i32 = row.try_get("appended")?;
    Ok(Appended {
        stream: StreamId::new(stream_type, row.try_get("stream_id")?),
        version: StreamVersion(row.try_get("version")?),
        position: Position(row.try_get("position")?),
        appended: appended.unsigned_abs(),
        replayed: true,
    })
}
