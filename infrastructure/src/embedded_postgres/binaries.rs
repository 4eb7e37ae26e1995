//! Which PostgreSQL binaries to use.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest version that the migrations and settings are written for.
const OLDEST: u32 = 15;

/// Where distributions put the binaries; each holds a directory per version.
const VERSIONED_ROOTS: [&str; 4] =
    ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql", "/opt/homebrew/opt"];

/// Why there are no binaries to use.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// None found.
    #[error(
        "no PostgreSQL binaries (initdb, postgres) found in PATH or /usr/lib/postgresql/*/bin; install them \
         (apt-get install postgresql), name their directory in LEDGERDESK_POSTGRES_BIN, or set DATABASE_URL \
         to use a server that runs elsewhere"
    )]
    Missing,
    /// Not where the operator says.
    #[error("LEDGERDESK_POSTGRES_BIN is {}, but there are no initdb and postgres in it", .0.display())]
    NotThere(PathBuf),
    /// Found, but too old.
    #[error("PostgreSQL {found} in {} is too old; version {OLDEST} or newer is needed", .bin.display())]
    TooOld {
        /// Its major version.
        found: u32,
        /// Where it is.
        bin: PathBuf,
    },
    /// The cluster needs a version that is not there.
    #[error(
        "the database was made by PostgreSQL {wanted}, of which no binaries were found; \
         install them (apt-get install postgresql-{wanted}), or name their directory in \
         LEDGERDESK_POSTGRES_BIN"
    )]
    WrongVersion {
        /// The cluster's major version.
        wanted: String,
    },
}

impl BinaryError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing | Self::NotThere(_) => "postgres_missing",
            Self::TooOld { .. } => "postgres_too_old",
            Self::WrongVersion { .. } => "postgres_wrong_version",
        }
    }
}

/// Usable binaries of one version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    bin: PathBuf,
    major: u32,
}

impl Binaries {
    /// The binaries in the directory that the operator names, or else the newest that are found; those of the
    /// cluster's version if there is a cluster.
    pub(super) fn find(named: Option<&Path>, cluster: Option<&str>) -> Result<Self, BinaryError> {
        let mut found: Vec<Self> = match named {
            Some(bin) => {
                vec![Self::at(bin).ok_or_else(|| BinaryError::NotThere(bin.to_owned()))?]
            }
            None => candidates().iter().filter_map(|bin| Self::at(bin)).collect(),
        };
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        let Some(newest) = found.first() else { return Err(BinaryError::Missing) };
        if newest.major < OLDEST {
            return Err(BinaryError::TooOld { found: newest.major, bin: newest.bin.clone() });
        }
        match cluster {
            None => Ok(newest.clone()),
            Some(version) => found
                .into_iter()
                .find(|binaries| binaries.major.to_string() == version)
                .ok_or_else(|| BinaryError::WrongVersion { wanted: version.to_owned() }),
        }
    }

    /// The path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    fn at(bin: &Path) -> Option<Self> {
        // What PATH offers may be a link or a wrapper; the server looks for its files beside the real one.
        let bin = fs::canonicalize(bin.join("postgres")).ok()?.parent()?.to_owned();
        if !bin.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
        let major = parse_major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { bin, major })
    }
}

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versioned = VERSIONED_ROOTS
        .iter()
        .filter_map(|root| fs::read_dir(root).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")));
    std::env::split_paths(&path).chain(versioned).filter(|bin| bin.join("postgres").is_file()).collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `postgres (PostgreSQL) 18beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().nth(2)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_server_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(parse_major("postgres"), None);
    }

    #[test]
    fn a_directory_without_binaries_is_refused_by_name() {
        let error = Binaries::find(Some(Path::new("/nowhere")), None).unwrap_err();
        assert_eq!(error.code(), "postgres_missing");
        assert!(error.to_string().contains("/nowhere"), "{error}");
    }

    #[test]
    fn a_cluster_of_another_version_asks_for_its_own_binaries() {
        let error = Binaries::find(None, Some("9")).unwrap_err();
        assert_eq!(error.code(), "postgres_wrong_version");
        assert!(error.to_string().contains("postgresql-9"), "{error}");
    }
}
