//! A PostgreSQL of a run's own, with all its durability on, that can be killed in every way.

use std::path::PathBuf;

use ledgerdesk_infrastructure::{
    db,
    embedded_postgres::{Embedded, EmbeddedPostgres},
};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::{unique, wait_until};

/// The running server. It is started again whenever it dies.
pub struct Postgres {
    embedded: Embedded,
    data_dir: PathBuf,
}

impl Postgres {
    /// Starts a server with a migrated database.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        // The name by which `with-postgres` finds and removes what a killed run left behind.
        Self::start_in(std::env::temp_dir().join(format!("ledgerdesk-test-{}", unique()))).await
    }

    /// The same in a directory that is not there yet.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start_in(data_dir: PathBuf) -> Self {
        let postgres = EmbeddedPostgres {
            postgres_bin: std::env::var_os("LEDGERDESK_POSTGRES_BIN").map(PathBuf::from),
            max_connections: 200,
            ..EmbeddedPostgres::new(&data_dir)
        };
        let embedded = postgres.start().await.expect("a PostgreSQL of our own starts");
        db::migrate(&embedded.url()).await.expect("the migrations run");
        Self { embedded, data_dir }
    }

    /// The URL of the application's role, past every proxy.
    pub fn url(&self) -> String {
        self.embedded.url()
    }

    /// The URL of the application's role through a proxy at this TCP address.
    ///
    /// # Panics
    /// If the server's own URL is not as this harness knows it.
    pub fn url_through(&self, address: &str) -> String {
        let url = self.url();
        let (before, _) = url.split_once("@localhost").expect("the URL has a host");
        format!("{before}@{address}/ledgerdesk?sslmode=disable")
    }

    /// The server's socket.
    ///
    /// # Panics
    /// If the server's URL does not name it.
    pub fn socket(&self) -> PathBuf {
        let url = self.url();
        let (_, host) = url.split_once("host=").expect("the URL names the socket's directory");
        PathBuf::from(host.split('&').next().unwrap_or(host)).join(".s.PGSQL.5432")
    }

    /// A connection of the superuser.
    ///
    /// # Panics
    /// If the server does not take it.
    pub async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.embedded.admin_url()).await.expect("the superuser is let in")
    }

    /// The one number that a query answers.
    ///
    /// # Panics
    /// If it does not.
    pub async fn number(&self, query: &str) -> i64 {
        let mut admin = self.admin().await;
        sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&mut admin).await.expect("the query answers")
    }

    /// Executes a statement as the superuser.
    ///
    /// # Panics
    /// If it fails.
    pub async fn execute(&self, statement: &str) {
        self.admin().await.execute(AssertSqlSafe(statement)).await.expect("the statement runs");
    }

    /// Sends a signal that ends the server, and waits until it runs again.
    ///
    /// # Panics
    /// If it does not come back.
    pub async fn end(&self, signal: Signal) {
        let pid = self.embedded.server_pid().expect("the server runs");
        kill_process(Pid::from_raw(pid).expect("a process id is positive"), signal).expect("it runs");
        wait_until("PostgreSQL runs again", async || {
            self.embedded.server_pid().is_some_and(|now| now != pid)
                && PgConnection::connect(&self.embedded.admin_url()).await.is_ok()
        })
        .await;
    }

    /// The process ids of sessions, by a condition on `pg_stat_activity`; never the asking one's.
    pub async fn sessions(&self, condition: &str) -> Vec<i32> {
        let query = format!(
            "select pid from pg_stat_activity where datname = current_database() \
             and pid <> pg_backend_pid() and {condition} order by xact_start nulls last, pid"
        );
        // In the middle of a recovery nobody is let in, and there are no sessions.
        let Ok(mut admin) = PgConnection::connect(&self.embedded.admin_url()).await else {
            return Vec::new();
        };
        sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut admin).await.unwrap_or_default()
    }

    /// Waits for a session that meets the condition; its process id.
    ///
    /// # Panics
    /// If there is none within the usual time.
    pub async fn session(&self, condition: &str) -> i32 {
        let what = format!("there is a session with {condition}");
        wait_until(&what, async || !self.sessions(condition).await.is_empty()).await;
        // It may have ended since; then whoever asked hits nobody, as it happens to operators, too.
        self.sessions(condition).await.first().copied().unwrap_or_default()
    }

    /// Ends a session that meets the condition, as an operator does. Answers whether it was still there.
    pub async fn terminate(&self, condition: &str) -> bool {
        let pid = self.session(condition).await;
        self.number(&format!("select pg_terminate_backend({pid})::int::bigint")).await == 1
    }

    /// Kills the process of a session that meets the condition, and waits until the server, which throws all
    /// others out and recovers, takes connections again.
    pub async fn kill_session(&self, condition: &str) {
        let pid = self.session(condition).await;
        let killed = Pid::from_raw(pid).is_some_and(|pid| kill_process(pid, Signal::KILL).is_ok());
        if killed {
            wait_until("PostgreSQL has recovered", async || {
                self.sessions(&format!("pid = {pid}")).await.is_empty()
                    && PgConnection::connect(&self.embedded.admin_url()).await.is_ok()
            })
            .await;
        }
    }

    /// Stops the server and removes it.
    ///
    /// # Panics
    /// If it does not stop.
    pub async fn destroy(self) {
        self.embedded.destroy().await.expect("PostgreSQL stops");
        assert!(!self.data_dir.exists(), "its directory is left behind");
    }
}
