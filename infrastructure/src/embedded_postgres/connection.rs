//! The file through which every command finds the server of a data directory, and keeps finding it over
//! restarts: where the cluster lives, its socket and its passwords. Readable by its owner alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRng as _, rngs::SysRng};
use serde::{Deserialize, Serialize};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::EmbeddedError;

/// The superuser that `initdb` makes.
pub(super) const ADMIN: &str = "postgres";
/// The application's role and its database.
const APPLICATION: &str = "ledgerdesk";
/// A tenth of the time of an import goes into compressing pages for the write-ahead log with the method that every
/// server has. One that was built with a faster method takes that.
const COMPRESS_FAST: &str = "do $$ begin
    if exists (select from pg_settings where name = 'wal_compression' and 'lz4' = any(enumvals)) then
        alter role ledgerdesk set wal_compression = 'lz4';
    end if;
end $$";
/// Names the socket file; nothing listens on a TCP port.
pub(super) const PORT: u16 = 5432;
/// How long one attempt to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to reach the server.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    /// The directory of the cluster, if it is not in the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) elsewhere: Option<PathBuf>,
    /// The directory of the socket.
    pub(super) socket_dir: PathBuf,
    /// The superuser's password.
    pub(super) admin_password: String,
    /// The application's password.
    pub(super) password: String,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("socket_dir", &self.socket_dir).finish_non_exhaustive()
    }
}

impl Connection {
    /// A connection with new passwords.
    pub(super) fn generate(elsewhere: Option<PathBuf>, socket_dir: PathBuf) -> Result<Self, EmbeddedError> {
        Ok(Self { elsewhere, socket_dir, admin_password: random_text(32)?, password: random_text(32)? })
    }

    /// The path of the file.
    pub(super) fn file(data_dir: &Path) -> PathBuf {
        data_dir.join("postgres.json")
    }

    /// What the file of a data directory says; `None` if there is none.
    pub(super) fn read(data_dir: &Path) -> Result<Option<Self>, EmbeddedError> {
        let file = Self::file(data_dir);
        match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|source| EmbeddedError::ConnectionFileBroken { file, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(EmbeddedError::Io { action: "could not read", path: file, source }),
        }
    }

    /// Writes the file, all or nothing.
    pub(super) fn write(&self, data_dir: &Path) -> Result<(), EmbeddedError> {
        let file = Self::file(data_dir);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|source| EmbeddedError::ConnectionFileBroken { file: file.clone(), source })?;
        write_private(&file, &text).map_err(EmbeddedError::io("could not write", &file))
    }

    /// The directory that holds the cluster, the socket and the log.
    pub(super) fn home(&self, data_dir: &Path) -> PathBuf {
        self.elsewhere.clone().unwrap_or_else(|| data_dir.join("postgres"))
    }

    /// The application's URL.
    pub(super) fn url(&self) -> String {
        self.url_of(APPLICATION, &self.password, APPLICATION)
    }

    /// The superuser's URL.
    pub(super) fn admin_url(&self) -> String {
        self.url_of(ADMIN, &self.admin_password, APPLICATION)
    }

    /// A URL that both sqlx and psql understand: the socket's directory is a parameter, because a path cannot
    /// be a host. Passwords are base64url and need no escaping.
    fn url_of(&self, user: &str, password: &str, database: &str) -> String {
        let dir = percent_encode(&self.socket_dir.to_string_lossy());
        format!("postgres://{user}:{password}@localhost:{PORT}/{database}?host={dir}&sslmode=disable")
    }

    /// Whether the server takes connections now.
    pub(super) async fn answers(&self) -> bool {
        self.connect(ADMIN, &self.admin_password, "postgres").await.is_ok()
    }

    /// Whether the server takes connections now and has the application's database.
    pub(super) async fn is_set_up(&self) -> bool {
        self.connect(APPLICATION, &self.password, APPLICATION).await.is_ok()
    }

    async fn connect(&self, user: &str, password: &str, database: &str) -> Result<PgConnection, sqlx::Error> {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(PORT)
            .username(user)
            .password(password)
            .database(database)
            .ssl_mode(PgSslMode::Disable);
        tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&options))
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
    }

    /// Makes the application's role and database where they are missing. The role owns its database and may
    /// make databases and roles (the migrations make one), but is no superuser.
    pub(super) async fn create_role_and_database(&self) -> Result<(), EmbeddedError> {
        self.try_create().await.map_err(EmbeddedError::Setup)
    }

    async fn try_create(&self) -> Result<(), sqlx::Error> {
        let mut admin = self.connect(ADMIN, &self.admin_password, "postgres").await?;
        let role: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(APPLICATION)
            .fetch_one(&mut admin)
            .await?;
        if !role {
            // A utility statement takes no parameters; the password is ours and base64url.
            let sql =
                format!("create role {APPLICATION} login createdb createrole password '{}'", self.password);
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await?;
            sqlx::raw_sql(COMPRESS_FAST).execute(&mut admin).await?;
        }
        let database: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(APPLICATION)
            .fetch_one(&mut admin)
            .await?;
        if !database {
            let sql = format!("create database {APPLICATION} owner {APPLICATION}");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await?;
        }
        admin.close().await
    }

    /// Removes the socket's directory if it lies outside of the home. Best effort: it is empty and tiny.
    pub(super) fn remove_socket_dir(&self) {
        let _ = fs::remove_dir(&self.socket_dir);
    }
}

/// `bytes` random bytes as base64url.
pub(super) fn random_text(bytes: usize) -> Result<String, EmbeddedError> {
    let mut buffer = vec![0_u8; bytes];
    SysRng.try_fill_bytes(&mut buffer).map_err(|error| EmbeddedError::Io {
        action: "could not take random numbers from",
        path: PathBuf::from("the operating system"),
        source: io::Error::other(error),
    })?;
    Ok(URL_SAFE_NO_PAD.encode(buffer))
}

/// Writes a file that only its owner may read: beside, then renamed over, so that no reader sees half of it.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

/// Everything but letters, digits and a few safe signs as `%XX`.
fn percent_encode(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
