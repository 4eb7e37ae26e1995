//! A migrated database for one test.

use std::{str::FromStr as _, time::Duration};

use anyhow::{Context as _, Result, ensure};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    db::{self, MIGRATOR, PoolSettings},
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, postgres::PgConnectOptions,
};
use tokio::sync::OnceCell;

use crate::DATABASE_URL;

/// Guards the making of the template. Any number that nobody else takes.
const TEMPLATE_LOCK: i64 = 0x006c_6465_736b;

/// Whether this process has seen the template.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A database of its own: notifications, locks and roles' settings of one test are invisible to the others.
///
/// It is cloned from a template in which the migrations ran once, and dropped at the end.
#[derive(Debug)]
pub struct TestDatabase {
    pool: PgPool,
    name: String,
    server: PgConnectOptions,
}

impl TestDatabase {
    /// A new database.
    ///
    /// # Panics
    /// Without a server to make it on.
    pub async fn new() -> Self {
        Self::try_new().await.expect("a test database can be made")
    }

    async fn try_new() -> Result<Self> {
        let url = std::env::var(DATABASE_URL).with_context(|| {
            format!(
                "{DATABASE_URL} is not set; run the tests through `make test`, or as \
                 `cargo run -q -p ledgerdesk-tests --bin with-postgres -- cargo test …`"
            )
        })?;
        let server = PgConnectOptions::from_str(&url)?.disable_statement_logging();
        let template = TEMPLATE.get_or_try_init(|| prepare_template(&server)).await?;
        let name = format!("ledgerdesk_test_{}", SystemIds.next_id().simple());
        let mut connection = PgConnection::connect_with(&server).await?;
        run(&mut connection, format!("create database {name} template {template}")).await?;
        connection.close().await?;
        let database_url = server.clone().database(&name).to_url_lossy().to_string();
        let settings = PoolSettings { max_connections: 10, acquire_timeout: Duration::from_secs(30) };
        let pool = db::connect(&database_url, settings).await?;
        Ok(Self { pool, name, server })
    }

    /// A pool whose connections have the rights of the application, as a node has it.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The connection URL, for the role that owns the database.
    pub fn url(&self) -> String {
        self.server.clone().database(&self.name).to_url_lossy().to_string()
    }

    /// A connection with the rights of the database's owner.
    ///
    /// # Panics
    /// If the server does not take it.
    pub async fn owner(&self) -> PgConnection {
        let options = self.server.clone().database(&self.name);
        PgConnection::connect_with(&options).await.expect("the server takes the owner's connection")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), std::mem::take(&mut self.name));
        // Not on the test's own runtime, which may be ending; and nobody waits for it: a drop takes as long as
        // the connections that the test left half-open, and the server is thrown away in the end.
        std::thread::spawn(move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
                let mut connection = PgConnection::connect_with(&server).await?;
                run(&mut connection, format!("drop database if exists {name} with (force)")).await
            })
        });
    }
}

/// The template of these migrations; made by whoever comes first, in this process or another.
async fn prepare_template(server: &PgConnectOptions) -> Result<String> {
    let name = format!("ledgerdesk_template_{}", migrations_digest());
    let mut connection = PgConnection::connect_with(server).await?;
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut connection).await?;
    // It is marked last, so that one without the mark is half-made.
    let ready: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await?;
    if !ready {
        run(&mut connection, format!("drop database if exists {name} with (force)")).await?;
        run(&mut connection, format!("create database {name}")).await?;
        let applied = db::migrate(server.clone().database(&name).to_url_lossy().as_str()).await?;
        ensure!(applied == MIGRATOR.iter().count(), "only {applied} migrations were applied");
        // Nobody can connect to it, so that nobody is in the way of a clone.
        run(&mut connection, format!("alter database {name} with allow_connections false")).await?;
        run(&mut connection, format!("alter database {name} with is_template true")).await?;
    }
    connection.close().await?;
    Ok(name)
}

/// Tells sets of migrations apart: the last bytes of every checksum, folded.
fn migrations_digest() -> String {
    let digest = MIGRATOR
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{digest:016x}")
}

/// Runs a statement that takes no parameters. The names in it are made here, of letters and digits.
async fn run(connection: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}
