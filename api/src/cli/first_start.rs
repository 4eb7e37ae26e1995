//! The first start: a workspace and a key to enter it with.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use ledgerdesk_domain::{
    context::Actor,
    event::Source,
    id::WorkspaceId,
    stream::ExpectedVersion,
    workspace::{CreateWorkspace, Workspace, WorkspaceCommand, WorkspaceRejection},
};
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, KeySecret, NewApiKey, Role, RoleId, Scope},
    clock::{Clock, IdSource},
    command::{CommandError, CommandExecutor, Envelope},
    config::Config,
};
use sqlx::PgPool;

/// Guards the first start against another node's. Any number that nobody else takes.
const FIRST_START_LOCK: i64 = 0x6c65_6467_6572;
/// The file of the owner key, in the data directory of an embedded database.
const KEY_FILE: &str = "owner.key";

/// The key to the workspace of this installation.
#[derive(Clone)]
pub(super) struct Opening {
    /// The owner key, if this start created it.
    pub(super) new_key: Option<KeySecret>,
    /// The file that holds the owner key, where there is one.
    pub(super) key_file: Option<PathBuf>,
}

/// What it takes to open a workspace.
pub(super) struct Means<'a> {
    pub(super) config: &'a Config,
    pub(super) pool: &'a PgPool,
    pub(super) executor: &'a CommandExecutor,
    pub(super) clock: &'a dyn Clock,
    pub(super) ids: &'a dyn IdSource,
}

/// The oldest workspace; created if there is none, with an owner key.
///
/// The key is committed before the workspace's first event: a start that is cut off in between is completed by
/// the next one, and no workspace is ever without a key.
pub(super) async fn open_workspace(means: Means<'_>) -> Result<Opening> {
    let key_file = means.config.database.url.is_none().then(|| means.config.database.data_dir.join(KEY_FILE));
    let mut transaction = means.pool.begin().await.context("the first start could not begin")?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(FIRST_START_LOCK).execute(&mut *transaction).await?;
    let known: Option<uuid::Uuid> =
        sqlx::query_scalar("select workspace_id from ledgerdesk.api_keys order by created_at, id limit 1")
            .fetch_optional(&mut *transaction)
            .await?;
    let (workspace_id, new_key) = if let Some(known) = known {
        (WorkspaceId(known), None)
    } else {
        let secret = means.config.keys.bootstrap.clone().unwrap_or_else(KeySecret::generate);
        // A log that was imported has workspaces, but nobody has a key to them yet.
        let imported: Option<uuid::Uuid> = sqlx::query_scalar(
            "select workspace_id from ledgerdesk.events where stream_type = 'workspace' \
             order by position limit 1",
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let key = owner_key(means.ids, imported.map(WorkspaceId));
        ApiKeys::store(&mut *transaction, &key, &secret, means.clock.now()).await?;
        if let Some(file) = &key_file {
            keep(file, &secret).with_context(|| format!("{} cannot be written", file.display()))?;
        }
        (key.workspace_id, Some(secret))
    };
    transaction.commit().await?;
    create(&means, workspace_id).await?;
    Ok(Opening { new_key, key_file: key_file.filter(|file| file.exists()) })
}

/// The first key of a workspace, which is a new one unless it is named.
fn owner_key(ids: &dyn IdSource, workspace: Option<WorkspaceId>) -> NewApiKey {
    NewApiKey {
        id: ids.next_id(),
        workspace_id: workspace.unwrap_or_else(|| WorkspaceId(ids.next_id())),
        name: "Owner".to_owned(),
        role: RoleId::System(Role::Owner),
        scope: Scope::All,
        manager_id: None,
    }
}

/// Creates the workspace unless it is there.
async fn create(means: &Means<'_>, workspace_id: WorkspaceId) -> Result<()> {
    let command = CreateWorkspace {
        name: "Ledgerdesk".to_owned(),
        language: "en".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    let envelope = Envelope {
        workspace_id,
        stream_id: workspace_id.0,
        command: WorkspaceCommand::CreateWorkspace(command),
        actor: Actor::SYSTEM,
        correlation_id: means.ids.next_id(),
        causation_id: None,
        source: Source::system("first-start"),
        idempotency: None,
        expected_version: ExpectedVersion::Any,
        occurred_at: None,
        erase: Vec::new(),
    };
    match means.executor.execute::<Workspace>(envelope).await {
        Ok(_) | Err(CommandError::Rejected(WorkspaceRejection::AlreadyExists)) => Ok(()),
        Err(error) => Err(error).context("the workspace could not be created"),
    }
}

/// Writes the key where its owner finds it again, and nobody else.
fn keep(file: &Path, secret: &KeySecret) -> io::Result<()> {
    // A file of an earlier database may be in the way; it opens nothing any more.
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(opened, "{}", secret.reveal())?;
    opened.sync_all()
}
