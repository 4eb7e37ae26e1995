//! What several stories ask of the database and of the shared data.

use std::path::{Path, PathBuf};

use ledgerdesk_domain::id::WorkspaceId;
use ledgerdesk_infrastructure::{
    auth::{ApiKeys, NewApiKey, Role, RoleId, Scope},
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
};
use ledgerdesk_tests::{TestDatabase, wait_until};

/// An owner key of a workspace beside the one that the servers of the tests open.
pub(crate) async fn another_workspace(database: &TestDatabase) -> String {
    let key = NewApiKey {
        id: SystemIds.next_id(),
        workspace_id: WorkspaceId(SystemIds.next_id()),
        name: "A neighbour".to_owned(),
        role: RoleId::System(Role::Owner),
        scope: Scope::All,
        manager_id: None,
    };
    let created = ApiKeys::new(database.pool().clone()).create(key, None, SystemClock.now()).await.unwrap();
    created.secret.reveal().to_owned()
}

/// The one number that a query answers.
pub(crate) async fn count(database: &TestDatabase, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(database.pool()).await.unwrap()
}

/// Waits until every read model shows the whole log.
pub(crate) async fn wait_for_read_models(database: &TestDatabase) {
    let behind = "select count(*) from ledgerdesk.projections where build = 'live' and position < \
                  (select max(position) from ledgerdesk.events)";
    wait_until("every read model shows the whole log", async || count(database, behind).await == 0).await;
}

/// A log of the shared test data, if it is there.
pub(crate) fn shared_log(log: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let path = root.join("data").join(log);
    path.exists().then_some(path)
}

/// A directory that goes away with the test.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        // Short: a Unix socket lies in it.
        let path = std::env::temp_dir().join(format!("lde-{}", ledgerdesk_tests::unique()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file in it; its path as an argument.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
