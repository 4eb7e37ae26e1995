//! Makes a new cluster, all or nothing: beside its place, then renamed into it.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::Stdio,
};

use super::{
    EmbeddedError,
    account::Account,
    binaries::Binaries,
    connection::{ADMIN, Connection, random_text},
    home::{self, Home},
    leftovers,
};

/// Byte order for sorting everywhere, and Unicode's letters for upper and lower case. Systems without this
/// locale get plain C.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

const HALF_MADE: &str = "cluster.new-";

/// Makes the cluster of a home.
pub(super) async fn create(
    binaries: &Binaries,
    account: &Account,
    home: &Home,
    connection: &Connection,
) -> Result<(), EmbeddedError> {
    remove_half_made(home.path()).await?;
    // A name that no killed initdb can still be writing to.
    let beside = home.path().join(format!("{HALF_MADE}{}", random_text(6)?));
    let password_file = home.path().join("initdb.password");
    write_password(&password_file, account, &connection.admin_password)?;
    let made = initdb(binaries, account, &beside, &password_file).await;
    let removed = fs::remove_file(&password_file);
    made?;
    removed.map_err(EmbeddedError::io("could not remove", &password_file))?;
    let cluster = home.cluster();
    fs::rename(&beside, &cluster).map_err(EmbeddedError::io("could not move into place:", &cluster))
}

async fn initdb(
    binaries: &Binaries,
    account: &Account,
    cluster: &Path,
    password_file: &Path,
) -> Result<(), EmbeddedError> {
    let mut said = String::new();
    for locale in LOCALES {
        let dir = password_file.parent().unwrap_or(Path::new("/"));
        let output = account
            .command(&binaries.program("initdb"), dir)
            .arg("--pgdata")
            .arg(cluster)
            .arg("--pwfile")
            .arg(password_file)
            .args(["--username", ADMIN, "--auth", "scram-sha-256", "--data-checksums"])
            .args(["--encoding", "UTF8", "--locale", locale])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(EmbeddedError::io("could not run", &binaries.program("initdb")))?;
        if output.status.success() {
            return Ok(());
        }
        home::remove(cluster)?;
        String::from_utf8_lossy(&output.stderr).trim().clone_into(&mut said);
    }
    Err(EmbeddedError::InitDb { cluster: cluster.to_owned(), output: said })
}

fn write_password(path: &Path, account: &Account, password: &str) -> Result<(), EmbeddedError> {
    let _ = fs::remove_file(path);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(password.as_bytes()));
    written.map_err(EmbeddedError::io("could not write", path))?;
    account.give(path)
}

/// Clears away what an initdb left that was killed half-way.
async fn remove_half_made(home: &Path) -> Result<(), EmbeddedError> {
    let entries = fs::read_dir(home).map_err(EmbeddedError::io("could not list", home))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(HALF_MADE) {
            leftovers::clear(&entry.path()).await?;
            home::remove(&entry.path())?;
        }
    }
    Ok(())
}
