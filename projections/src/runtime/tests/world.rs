//! A database of the test's own, and nodes over it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use ledgerdesk_domain::stream::Position;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;

use super::{
    memory_log::MemoryLog,
    projections::{Topics, Trail},
};
use crate::runtime::{ReadSide, Registry, Settings, log::Log};

pub(super) const TIMEOUT: Duration = Duration::from_secs(20);

/// A database of the test's own, and the log beside it.
pub(super) struct World {
    pub(super) pool: PgPool,
    app: PgPool,
    /// How the application connects.
    pub(super) options: PgConnectOptions,
    pub(super) log: MemoryLog,
    pub(super) mended: Arc<AtomicBool>,
    url: String,
    database: String,
}

impl Drop for World {
    fn drop(&mut self) {
        let (url, database) = (std::mem::take(&mut self.url), std::mem::take(&mut self.database));
        // A drop cannot wait; a thread can. What goes wrong here must not hide why a test failed.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&url).await?;
                let sql = format!("drop database if exists {database} with (force)");
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await
            })
        });
        _ = dropped.join();
    }
}

const MIGRATIONS: [&str; 5] = [
    include_str!("../../../../migrations/20260101000100_create_schemas.sql"),
    include_str!("../../../../migrations/20260101000200_create_log.sql"),
    include_str!("../../../../migrations/20260101000300_create_projections.sql"),
    include_str!("../../../../migrations/20260101000500_keep_replaced_read_models.sql"),
    include_str!("../../../../migrations/20260101000600_split_projections_into_lanes.sql"),
];
static NEXT: AtomicU64 = AtomicU64::new(0);

impl World {
    pub(super) async fn new() -> Self {
        let url = std::env::var("LEDGERDESK_TEST_DATABASE_URL").expect(
            "LEDGERDESK_TEST_DATABASE_URL names a PostgreSQL where databases may be created, such as \
             postgres://postgres@127.0.0.1:5432/postgres",
        );
        let name = format!("runtime_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect(&url).await.unwrap();
        for sql in [format!("drop database if exists {name} with (force)"), format!("create database {name}")]
        {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
        }
        let options = url.parse::<PgConnectOptions>().unwrap().database(&name);
        let pool = PgPoolOptions::new().max_connections(4).connect_with(options.clone()).await.unwrap();
        for migration in MIGRATIONS {
            sqlx::raw_sql(migration).execute(&pool).await.unwrap();
        }
        // The runtime works with the rights of the application, nothing more.
        let options = options.options([("role", "ledgerdesk_app")]);
        let app = PgPoolOptions::new().max_connections(12).connect_with(options.clone()).await.unwrap();
        let log = MemoryLog::new(pool.clone());
        Self { pool, app, options, log, mended: Arc::default(), url, database: name }
    }

    /// A node with both projections, not started.
    pub(super) fn attach(&self, node: &str) -> Node {
        self.attach_version(node, 1)
    }

    /// A node that knows another version of the topics.
    pub(super) fn attach_version(&self, node: &str, version: i32) -> Node {
        self.attach_with(self.registry(version), Self::settings(node))
    }

    /// Both projections, the topics in this version.
    pub(super) fn registry(&self, version: i32) -> Registry {
        Registry::default().with(Topics::new(version, &self.mended)).with(Trail)
    }

    /// Small pages, and leases that soon end.
    pub(super) fn settings(node: &str) -> Settings {
        Settings {
            lease: Duration::from_secs(3),
            page: 7,
            max_page: 50,
            rebuild_rows: 20,
            ..Settings::for_node(node)
        }
    }

    pub(super) fn attach_with(&self, registry: Registry, settings: Settings) -> Node {
        let shutdown = CancellationToken::new();
        let log: Arc<dyn Log> = Arc::new(self.log.clone());
        let read_side = ReadSide::over(self.app.clone(), log, registry, settings, shutdown.clone());
        Node { read_side, shutdown }
    }

    /// A node that keeps both projections up to date.
    pub(super) fn start(&self, node: &str) -> Node {
        let node = self.attach(node);
        node.read_side.spawn();
        node
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Waits until a query that counts gives `expected`.
    pub(super) async fn eventually(&self, sql: &'static str, expected: i64) {
        let reached = async {
            let mut looks = tokio::time::interval(Duration::from_millis(10));
            while self.count(sql).await != expected {
                looks.tick().await;
            }
        };
        let outcome = tokio::time::timeout(TIMEOUT, reached).await;
        assert!(outcome.is_ok(), "{sql} gives {}, not {expected}", self.count(sql).await);
    }
}

/// A node, stopped when dropped.
pub(super) struct Node {
    pub(super) read_side: ReadSide,
    pub(super) shutdown: CancellationToken,
}

impl Node {
    pub(super) async fn wait_for(&self, position: i64) {
        let names = ["topics", "trail"];
        self.read_side.wait_for(&names, Position(position), TIMEOUT).await.unwrap();
    }

    pub(super) async fn stop(&self) {
        self.shutdown.cancel();
        tokio::time::timeout(TIMEOUT, self.read_side.stopped()).await.unwrap();
    }

    pub(super) async fn assert_equals_rebuild(&self) {
        for name in ["topics", "trail"] {
            let comparison = self.read_side.equals_rebuild(name, |_| {}).await.unwrap();
            assert!(comparison.is_equal(), "{name}: {comparison:?}");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
