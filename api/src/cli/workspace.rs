//! Which workspace a command means.

use anyhow::Result;
use ledgerdesk_domain::id::WorkspaceId;
use sqlx::PgPool;
use uuid::Uuid;

use super::failure::Failure;

/// The workspace that is named, or else the only one.
pub(super) async fn choose(pool: &PgPool, named: Option<Uuid>) -> Result<WorkspaceId> {
    // Every workspace has had a key from its beginning; or else it was imported, and its streams name it.
    let known: Vec<Uuid> = sqlx::query_scalar(
        "select workspace_id from ledgerdesk.api_keys union \
         select workspace_id from ledgerdesk.streams where stream_type = 'workspace'",
    )
    .fetch_all(pool)
    .await?;
    let failure = |code, message: String| Err(Failure { code, message }.into());
    match (named, known.as_slice()) {
        (Some(named), _) if known.contains(&named) => Ok(WorkspaceId(named)),
        (Some(named), _) => failure(
            "workspace_not_found",
            format!("there is no workspace {named}; `ledgerdesk keys list` shows them"),
        ),
        (None, [only]) => Ok(WorkspaceId(*only)),
        (None, []) => failure(
            "workspace_not_found",
            "there is no workspace yet; `ledgerdesk serve` creates one at its first start".to_owned(),
        ),
        (None, _) => failure(
            "workspace_ambiguous",
            "there is more than one workspace; name one with --workspace ID".to_owned(),
        ),
    }
}
