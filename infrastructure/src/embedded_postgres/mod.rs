//! A PostgreSQL of our own, for whoever has none: started from the system's binaries in the data directory,
//! supervised, and stopped when we stop.
//!
//! # Map
//! - [`binaries`](BinaryError): which binaries.
//! - `account`: which user the server runs as; root may not.
//! - `home`: where the cluster lives, so that this user reaches it.
//! - `connection`: the file through which other commands find the server.
//! - `lock`: one owner per data directory.
//! - `cluster`: initdb, all or nothing.
//! - `leftovers`: what a killed owner or a killed server left behind.
//! - `postmaster`: one run of the server, from its start to its end.
//! - `supervisor`: runs it again when it dies.
//!
//! # Invariants
//! - Whoever holds the lock is the only one that starts, stops or repairs the server of a data directory.
//! - No pid file is removed while a process works in the cluster's directory.
//! - The server listens on a Unix socket in a directory of its own and on nothing else.

mod account;
mod binaries;
mod cluster;
mod connection;
mod error;
mod home;
mod leftovers;
mod lock;
mod postmaster;
mod supervisor;

pub use binaries::BinaryError;
pub use error::EmbeddedError;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use self::{
    account::Account, binaries::Binaries, connection::Connection, home::Home, lock::Lock,
    supervisor::Supervisor,
};

/// How long a command waits for a server that another one is just starting or stopping.
const JOIN_TIMEOUT: Duration = Duration::from_mins(1);

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct EmbeddedPostgres {
    /// Holds the lock, the connection file and, where the server's account reaches it, the cluster. Created
    /// if missing.
    pub data_dir: PathBuf,
    /// The directory of the binaries; `None` looks in `PATH` and in the usual places.
    pub postgres_bin: Option<PathBuf>,
    /// Whether what is committed survives a crash of the machine. Only throw-away servers of tests say no.
    pub durable: bool,
    /// How many connections the server takes, 10 to 1,000.
    pub max_connections: u16,
}

/// A running server.
///
/// Call [`stop`](Self::stop) in the end. Dropped without it, the server is told to stop, but nobody waits.
#[derive(Debug)]
pub struct Embedded {
    connection: Connection,
    data_dir: PathBuf,
    home: PathBuf,
    /// The order matters: the lock is given back after the server was told to stop.
    supervisor: Option<Supervisor>,
    _lock: Option<Lock>,
}

impl EmbeddedPostgres {
    /// The server of this data directory with the usual settings.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), postgres_bin: None, durable: true, max_connections: 100 }
    }

    /// Starts the server and owns it. Refused with [`EmbeddedError::InUse`] while somebody else owns it.
    pub async fn start(&self) -> Result<Embedded, EmbeddedError> {
        let data_dir = home::create_data_dir(&self.data_dir)?;
        match Lock::acquire(&data_dir)? {
            Ok(lock) => self.own(data_dir, lock).await,
            Err(owner) => Err(EmbeddedError::InUse { data_dir, owner }),
        }
    }

    /// Joins the server that another process owns, or else starts it.
    pub async fn start_or_join(&self) -> Result<Embedded, EmbeddedError> {
        let data_dir = home::create_data_dir(&self.data_dir)?;
        let since = Instant::now();
        loop {
            let owner = match Lock::acquire(&data_dir)? {
                Ok(lock) => return self.own(data_dir, lock).await,
                Err(owner) => owner,
            };
            // The file may be of an earlier run: only a server that answers is one to join.
            if let Some(connection) = Connection::read(&data_dir)?
                && connection.is_set_up().await
            {
                let home = connection.home(&data_dir);
                return Ok(Embedded { connection, data_dir, home, supervisor: None, _lock: None });
            }
            if since.elapsed() > JOIN_TIMEOUT {
                return Err(EmbeddedError::JoinTimeout { data_dir, owner, waited: JOIN_TIMEOUT });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Removes what a killed owner of a throw-away server left: its processes, its cluster, its data directory.
    /// Answers whether there was nobody who still owns it.
    pub async fn remove_abandoned(data_dir: &Path) -> Result<bool, EmbeddedError> {
        let Ok(_lock) = Lock::acquire(data_dir)? else { return Ok(false) };
        if let Some(connection) = Connection::read(data_dir)? {
            let home = connection.home(data_dir);
            leftovers::clear(&home.join("cluster")).await?;
            connection.remove_socket_dir();
            home::remove(&home)?;
        }
        home::remove(data_dir)?;
        Ok(true)
    }

    async fn own(&self, data_dir: PathBuf, lock: Lock) -> Result<Embedded, EmbeddedError> {
        let known = Connection::read(&data_dir)?.map(|known| known.home(&data_dir).join("cluster"));
        let account = Account::choose(known.as_deref())?;
        let home = Home::locate(&data_dir, &account, self.durable).await?;
        let binaries = Binaries::find(self.postgres_bin.as_deref(), home.cluster_version()?.as_deref())?;
        leftovers::clear(&home.cluster()).await?;
        let connection = home::prepare_connection(&data_dir, &home, &account)?;
        if home.cluster_version()?.is_none() {
            cluster::create(&binaries, &account, &home, &connection).await?;
        }
        let plan = postmaster::Plan {
            binaries,
            account,
            home: home.clone(),
            connection: connection.clone(),
            durable: self.durable,
            max_connections: self.max_connections,
        };
        let started = run(plan).await;
        if started.is_err() {
            connection.remove_socket_dir();
        }
        let supervisor = started?;
        Ok(Embedded {
            connection,
            data_dir,
            home: home.path().to_owned(),
            supervisor: Some(supervisor),
            _lock: Some(lock),
        })
    }
}

/// Starts the server and makes the application's role and database in it.
async fn run(plan: postmaster::Plan) -> Result<Supervisor, EmbeddedError> {
    let connection = plan.connection.clone();
    let supervisor = Supervisor::start(plan).await?;
    match connection.create_role_and_database().await {
        Ok(()) => Ok(supervisor),
        Err(error) => {
            supervisor.stop().await?;
            Err(error)
        }
    }
}

impl Embedded {
    /// A connection URL for the application: a role that owns the database `ledgerdesk` and may create others,
    /// but is no superuser. Holds the password.
    pub fn url(&self) -> String {
        self.connection.url()
    }

    /// A connection URL for the superuser. Holds the password.
    pub fn admin_url(&self) -> String {
        self.connection.admin_url()
    }

    /// Whether this process owns the server; otherwise it joined another's.
    pub fn is_owned(&self) -> bool {
        self.supervisor.is_some()
    }

    /// The process id of the server at this moment, if this process owns it and it runs.
    pub fn server_pid(&self) -> Option<i32> {
        self.supervisor.as_ref().and_then(Supervisor::pid)
    }

    /// The directory that holds the cluster, its socket and its log. Outside of the data directory where the
    /// server's account could not reach it there.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Stops the server, if this process owns it, and waits until it is gone.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        match self.supervisor.take() {
            Some(supervisor) => {
                let stopped = supervisor.stop().await;
                self.connection.remove_socket_dir();
                stopped
            }
            None => Ok(()),
        }
    }

    /// Stops a throw-away server and removes all that it kept, the data directory included. Refused for a
    /// server that this process does not own.
    pub async fn destroy(mut self) -> Result<(), EmbeddedError> {
        let Some(supervisor) = self.supervisor.take() else {
            return Err(EmbeddedError::NotOwned { data_dir: self.data_dir.clone() });
        };
        supervisor.stop().await?;
        self.connection.remove_socket_dir();
        home::remove(&self.home)?;
        home::remove(&self.data_dir)
    }
}
