//! Which PostgreSQL, and how many connections to it.

use std::{path::PathBuf, str::FromStr as _, time::Duration};

use sqlx::postgres::PgConnectOptions;

use super::{
    environment::Reader,
    secret::Secret,
    setting::{Expected, Line, Setting, number},
};
use crate::db::PoolSettings;

const DATABASE_URL: Setting<Option<Secret>> = Setting {
    name: "DATABASE_URL",
    about: "The PostgreSQL to use (15 or newer). Without it, one is started in the data directory.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a URL such as postgres://user:password@host:5432/database"),
    parse: postgres_url,
};

const POOLER_URL: Setting<Option<Secret>> = Setting {
    name: "LEDGERDESK_POOLER_URL",
    about: "A PgBouncer (1.21 or newer) in front of the same database, in transaction mode: what queries read goes \
            through it. Commands, read models and migrations keep to DATABASE_URL. docs/architecture.md says what its \
            role must be given.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a URL such as postgres://user:password@host:6432/database"),
    parse: postgres_url,
};

fn postgres_url(text: &str) -> Result<Option<Secret>, &'static str> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    if is_postgres && PgConnectOptions::from_str(text).is_ok() {
        Ok(Some(Secret::new(text)))
    } else {
        Err("not_a_database_url")
    }
}

const DATA_DIR: Setting<PathBuf> = Setting {
    name: "LEDGERDESK_DATA_DIR",
    about: "Holds the embedded PostgreSQL, the generated master key and the first owner key. Not used with \
            DATABASE_URL.",
    default_text: ".ledgerdesk",
    default: || PathBuf::from(".ledgerdesk"),
    expected: Expected::Words("a directory that exists or can be made"),
    parse: |text| Ok(PathBuf::from(text)),
};

const POSTGRES_BIN: Setting<Option<PathBuf>> = Setting {
    name: "LEDGERDESK_POSTGRES_BIN",
    about: "The directory with the binaries of the embedded PostgreSQL (initdb, postgres). Without it, the \
            newest in PATH and in /usr/lib/postgresql/*/bin.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a directory"),
    parse: |text| Ok(Some(PathBuf::from(text))),
};

const POOL_SIZE: Setting<u64> = number::<16, 2, 500>(
    "LEDGERDESK_POOL_SIZE",
    "16",
    "The most connections that this node opens for commands and read models, and again for queries; the appender, \
     the listener and rebuilds open a few of their own.",
);

const POOL_TIMEOUT: Setting<u64> = number::<10, 1, 60>(
    "LEDGERDESK_POOL_TIMEOUT_SECONDS",
    "10",
    "How long a request waits for a free connection before it is refused as busy.",
);

/// Which PostgreSQL, and how many connections to it.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// The server's URL; `None` starts one in [`data_dir`](Self::data_dir).
    pub url: Option<Secret>,
    /// A pooler in front of the same server, for what queries read.
    pub pooler_url: Option<Secret>,
    /// The data directory of the embedded server.
    pub data_dir: PathBuf,
    /// The directory of the embedded server's binaries.
    pub postgres_bin: Option<PathBuf>,
    /// The pool of this node: 2 to 500 connections, waits of 1 to 60 seconds.
    pub pool: PoolSettings,
}

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            url: reader.read(&DATABASE_URL),
            pooler_url: reader.read(&POOLER_URL),
            data_dir: reader.read(&DATA_DIR),
            postgres_bin: reader.read(&POSTGRES_BIN),
            pool: PoolSettings {
                max_connections: u32::try_from(reader.read(&POOL_SIZE)).unwrap_or(u32::MAX),
                acquire_timeout: Duration::from_secs(reader.read(&POOL_TIMEOUT)),
            },
        }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![
            (&DATABASE_URL).into(),
            (&POOLER_URL).into(),
            (&DATA_DIR).into(),
            (&POSTGRES_BIN).into(),
            (&POOL_SIZE).into(),
            (&POOL_TIMEOUT).into(),
        ]
    }
}
