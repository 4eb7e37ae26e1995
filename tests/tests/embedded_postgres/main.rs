//! The PostgreSQL that we start ourselves: its life, its deaths, and where it lives.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod ownership;
mod place;
mod survival;

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    embedded_postgres::{Embedded, EmbeddedPostgres},
};
use sqlx::{Connection as _, PgConnection};

/// A directory for one test, removed at the end.
pub(crate) struct Place(PathBuf);

impl Place {
    /// One that every account may enter.
    pub(crate) fn open() -> Self {
        Self::with_mode(0o755)
    }

    /// One that only its owner may enter, as `mktemp -d` makes them.
    pub(crate) fn private() -> Self {
        Self::with_mode(0o700)
    }

    fn with_mode(mode: u32) -> Self {
        let path = std::env::temp_dir().join(format!("ldp-{}", SystemIds.next_id().simple()));
        fs::DirBuilder::new().mode(mode).create(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A throw-away server in a data directory in this place.
    pub(crate) fn server(&self) -> EmbeddedPostgres {
        EmbeddedPostgres { durable: false, max_connections: 20, ..EmbeddedPostgres::new(self.0.join("data")) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Asks the server for the one number that [`remember`] stored.
pub(crate) async fn recall(server: &Embedded) -> i64 {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    sqlx::query_scalar("select number from memory").fetch_one(&mut connection).await.unwrap()
}

/// Stores a number that outlives the server.
pub(crate) async fn remember(server: &Embedded, number: i64) {
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    sqlx::query("create table memory (number bigint)").execute(&mut connection).await.unwrap();
    sqlx::query("insert into memory values ($1)").bind(number).execute(&mut connection).await.unwrap();
}

/// Whether any process works in a directory below.
pub(crate) fn is_worked_in(dir: &Path) -> bool {
    let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .any(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&dir)))
}

/// The permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}
