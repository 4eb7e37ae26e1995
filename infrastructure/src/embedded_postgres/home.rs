//! Where the cluster lives. Usually in the data directory. Where root's data directory lies in a place that
//! the server's account cannot enter (a private temporary directory, root's own home), the cluster is kept
//! under `/var/lib/ledgerdesk` and the data directory's connection file points to it.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{
    EmbeddedError,
    account::Account,
    connection::{Connection, random_text},
};

/// Where clusters go whose data directory the server's account cannot enter.
const ELSEWHERE: &str = "/var/lib/ledgerdesk";

/// The longest path of a Unix socket that every system takes, in bytes, without the closing NUL.
const SOCKET_PATH_MAX: usize = 103;

/// The directory that belongs to the server's account and holds its cluster, socket and log.
#[derive(Debug, Clone)]
pub(super) struct Home {
    path: PathBuf,
    elsewhere: bool,
}

impl Home {
    /// Finds or makes the home of a data directory.
    pub(super) async fn locate(
        data_dir: &Path,
        account: &Account,
        durable: bool,
    ) -> Result<Self, EmbeddedError> {
        if let Some(connection) = Connection::read(data_dir)? {
            let home = Self { path: connection.home(data_dir), elsewhere: connection.elsewhere.is_some() };
            home.create(account)?;
            if account.enters(&home.path).await {
                return Ok(home);
            }
            return Err(unreachable(account, data_dir, &home.path));
        }
        let inside = Self { path: data_dir.join("postgres"), elsewhere: false };
        inside.create(account)?;
        if account.enters(&inside.path).await {
            return Ok(inside);
        }
        // Nothing is in it yet: without a connection file there is no cluster.
        let _ = fs::remove_dir(&inside.path);
        // What need not last may lie where the system cleans up.
        let root = if durable { PathBuf::from(ELSEWHERE) } else { std::env::temp_dir() };
        let root = if account.enters(&root).await || durable { root } else { PathBuf::from("/tmp") };
        let path = root.join(format!("ledgerdesk-{}", random_text(9)?));
        let outside = Self { path, elsewhere: true };
        outside.create(account)?;
        if account.enters(&outside.path).await {
            tracing::info!(
                home = %outside.path.display(),
                "the server's account cannot enter the data directory; the database is kept elsewhere"
            );
            return Ok(outside);
        }
        remove(&outside.path)?;
        Err(unreachable(account, data_dir, &outside.path))
    }

    /// The directory itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// PGDATA.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    /// What the server says.
    pub(super) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// The major version that made the cluster; `None` if there is no cluster yet.
    pub(super) fn cluster_version(&self) -> Result<Option<String>, EmbeddedError> {
        let file = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(EmbeddedError::Io { action: "could not read", path: file, source }),
        }
    }

    fn create(&self, account: &Account) -> Result<(), EmbeddedError> {
        if let Some(parent) = self.path.parent() {
            // World-enterable, so that the server's account gets through; the home itself is private.
            let made = DirBuilder::new().recursive(true).mode(0o755).create(parent);
            made.map_err(EmbeddedError::io("could not create", parent))?;
        }
        create_private(&self.path, account)
    }
}

fn unreachable(account: &Account, data_dir: &Path, fallback: &Path) -> EmbeddedError {
    EmbeddedError::Unreachable {
        account: account.name().to_owned(),
        data_dir: data_dir.to_owned(),
        fallback: fallback.to_owned(),
    }
}

/// Makes the data directory and gives its absolute path. Others may pass through it (the server's account
/// has to); every file in it that matters is private.
pub(super) fn create_data_dir(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    let made = DirBuilder::new().recursive(true).mode(0o755).create(data_dir);
    made.map_err(EmbeddedError::io("could not create the data directory", data_dir))?;
    fs::canonicalize(data_dir).map_err(EmbeddedError::io("could not resolve", data_dir))
}

/// What the connection file says, with a socket directory that exists; a new file if there is none.
pub(super) fn prepare_connection(
    data_dir: &Path,
    home: &Home,
    account: &Account,
) -> Result<Connection, EmbeddedError> {
    let stored = Connection::read(data_dir)?;
    if stored.is_none() && home.cluster_version()?.is_some() {
        let (cluster, file) = (home.cluster(), Connection::file(data_dir));
        return Err(EmbeddedError::ConnectionFileLost { cluster, file });
    }
    let inside = home.path().join("socket");
    let socket_dir = if fits_a_socket(&inside) {
        inside
    } else {
        match &stored {
            Some(stored) if usable(&stored.socket_dir, account) => stored.socket_dir.clone(),
            _ => PathBuf::from("/tmp").join(format!("ledgerdesk-{}", random_text(9)?)),
        }
    };
    create_private(&socket_dir, account)?;
    let elsewhere = home.elsewhere.then(|| home.path().to_owned());
    let connection = match stored {
        Some(stored) => Connection { elsewhere, socket_dir, ..stored },
        None => Connection::generate(elsewhere, socket_dir)?,
    };
    connection.write(data_dir)?;
    Ok(connection)
}

fn fits_a_socket(dir: &Path) -> bool {
    let file = format!("/.s.PGSQL.{}", super::connection::PORT);
    dir.as_os_str().len() + file.len() <= SOCKET_PATH_MAX
}

/// A directory in a world-writable place is only taken again if it is still ours: somebody else may have made
/// one of this name in the meantime, to listen on the socket.
fn usable(dir: &Path, account: &Account) -> bool {
    fits_a_socket(dir) && (!dir.exists() || account.owns_privately(dir).unwrap_or(false))
}

fn create_private(dir: &Path, account: &Account) -> Result<(), EmbeddedError> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::set_permissions(dir, Permissions::from_mode(0o700))
                .map_err(EmbeddedError::io("could not make private:", dir))?;
        }
        Err(source) => {
            return Err(EmbeddedError::Io { action: "could not create", path: dir.to_owned(), source });
        }
    }
    account.give(dir)
}

/// Removes a directory with everything in it, if it is there.
pub(super) fn remove(dir: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EmbeddedError::Io { action: "could not remove", path: dir.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_goes_where_its_path_is_short_enough_for_every_system() {
        assert!(fits_a_socket(Path::new("/tmp/ledgerdesk-abcdefghijkl")));
        assert!(fits_a_socket(Path::new(&format!("/{}", "d".repeat(88)))));
        assert!(!fits_a_socket(Path::new(&format!("/{}", "d".repeat(89)))));
    }
}
