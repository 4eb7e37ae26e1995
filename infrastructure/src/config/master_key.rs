//! Finds the master key, or makes the one of an embedded database.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use super::Config;
use crate::crypto::{CryptoError, MasterKey};

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// A database of somebody else's keeping, and no key.
    #[error(
        "LEDGERDESK_MASTER_KEY is needed with DATABASE_URL; make one with \
         `head -c 32 /dev/urandom | base64` and keep it apart from the database"
    )]
    Missing,
    /// The database holds personal data, and the key that wraps its keys is gone.
    #[error(
        "{} is missing, but the database holds personal data that only it opens; bring it back from a backup",
        .0.display()
    )]
    Lost(PathBuf),
    /// The key is no key.
    #[error("{whence}: {source}")]
    Invalid {
        /// The setting or file that holds it.
        whence: String,
        /// What is wrong.
        #[source]
        source: CryptoError,
    },
    /// The file cannot be read or written.
    #[error("the master key cannot be kept in {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

impl MasterKeyError {
    /// The permanent code, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "master_key_missing",
            Self::Lost(_) => "master_key_lost",
            Self::Invalid { .. } => "master_key_invalid",
            Self::Io { .. } => "master_key_io",
        }
    }
}

/// The configured key; without one, that of the embedded database, in the file `master.key` of the data
/// directory. It is made if it is missing and `holds_personal_data` says that nothing was sealed with it.
pub fn master_key(config: &Config, holds_personal_data: bool) -> Result<MasterKey, MasterKeyError> {
    if let Some(secret) = &config.keys.master {
        return parse(secret.reveal(), "LEDGERDESK_MASTER_KEY".to_owned());
    }
    if config.database.url.is_some() {
        return Err(MasterKeyError::Missing);
    }
    let path = config.database.data_dir.join("master.key");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if holds_personal_data {
                return Err(MasterKeyError::Lost(path));
            }
            make(&path).map_err(|source| MasterKeyError::Io { path: path.clone(), source })?
        }
        Err(source) => return Err(MasterKeyError::Io { path, source }),
    };
    parse(&text, path.display().to_string())
}

fn parse(text: &str, whence: String) -> Result<MasterKey, MasterKeyError> {
    MasterKey::parse(text).map_err(|source| MasterKeyError::Invalid { whence, source })
}

/// Makes a key and keeps it before anything is sealed with it. Whoever comes second takes the first one's.
fn make(path: &Path) -> io::Result<String> {
    let text = MasterKey::generate();
    let beside = path.with_extension(format!("key.{}", std::process::id()));
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;
    use crate::{
        clock::{IdSource as _, SystemIds},
        config::Environment,
    };

    struct Place(PathBuf);

    impl Place {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("ldk-{}", SystemIds.next_id().simple()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn config(&self, more: &[(&str, &str)]) -> Config {
            let mut environment = Environment::default();
            environment.set("LEDGERDESK_DATA_DIR", &self.0);
            for (name, value) in more {
                environment.set(name, *value);
            }
            Config::read(&environment).unwrap_or_else(|error| panic!("{error}"))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_embedded_database_gets_a_key_of_its_own_that_stays() {
        let place = Place::new();
        assert!(master_key(&place.config(&[]), false).is_ok());
        let file = place.0.join("master.key");
        let first = fs::read_to_string(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert!(master_key(&place.config(&[]), true).is_ok());
        assert_eq!(fs::read_to_string(&file).unwrap(), first);
    }

    #[test]
    fn a_lost_key_is_not_replaced_while_there_is_something_that_it_opens() {
        let place = Place::new();
        let refused = master_key(&place.config(&[]), true).err().unwrap();
        assert_eq!(refused.code(), "master_key_lost");
        assert!(!place.0.join("master.key").exists());
    }

    #[test]
    fn a_database_elsewhere_needs_a_key_from_outside() {
        let place = Place::new();
        let url = ("DATABASE_URL", "postgres://u:p@localhost/d");
        let refused = master_key(&place.config(&[url]), false).err().unwrap();
        assert_eq!(refused.code(), "master_key_missing");
        let key = MasterKey::generate();
        assert!(master_key(&place.config(&[url, ("LEDGERDESK_MASTER_KEY", &key)]), true).is_ok());
    }

    #[test]
    fn a_broken_key_file_is_named() {
        let place = Place::new();
        fs::write(place.0.join("master.key"), "no key").unwrap();
        let refused = master_key(&place.config(&[]), false).err().unwrap();
        assert_eq!(refused.code(), "master_key_invalid");
        assert!(refused.to_string().contains("master.key"), "{refused}");
    }
}
