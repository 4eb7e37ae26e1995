//! Signed checkpoints of the log.

use std::{fs, io, path::PathBuf, time::Duration};

use super::{
    environment::Reader,
    secret::Secret,
    setting::{Expected, Line, Setting, number},
};
use crate::crypto::{SignatureError, SigningKey};

const DIR: Setting<Option<PathBuf>> = Setting {
    name: "LEDGERDESK_CHECKPOINT_DIR",
    about: "`serve` writes signed checkpoints of the log into this directory (best on another machine's disk). \
            Without it, none are written.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a directory that exists or can be made"),
    parse: |text| Ok(Some(PathBuf::from(text))),
};

const EVERY: Setting<u64> = number::<3_600, 1, 604_800>(
    "LEDGERDESK_CHECKPOINT_EVERY_SECONDS",
    "3600",
    "How often a checkpoint is written, if the log has grown.",
);

const SIGNING_KEY: Setting<Option<Secret>> = Setting {
    name: "LEDGERDESK_SIGNING_KEY",
    about: "Signs checkpoints; `ledgerdesk log signing-key` prints the public key that verifies them.",
    default_text: "",
    default: || None,
    expected: Expected::Words("32 bytes in base64; `ledgerdesk log signing-key --new FILE` makes one"),
    parse: |text| SigningKey::parse(text).map(|_| Some(Secret::new(text))).map_err(|_| "not_a_key"),
};

const SIGNING_KEY_FILE: Setting<Option<PathBuf>> = Setting {
    name: "LEDGERDESK_SIGNING_KEY_FILE",
    about: "The file that holds the signing key, instead of the setting itself.",
    default_text: "",
    default: || None,
    expected: Expected::Words("a file with 32 bytes in base64"),
    parse: |text| Ok(Some(PathBuf::from(text))),
};

/// Signed checkpoints of the log.
#[derive(Clone)]
pub struct CheckpointsConfig {
    /// Where `serve` writes them; `None` for nowhere.
    pub directory: Option<PathBuf>,
    /// How often, 1 second to a week.
    pub every: Duration,
    /// The key in its text form, already checked.
    signing_key: Option<Secret>,
    /// The file that holds it.
    signing_key_file: Option<PathBuf>,
}

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// None is configured.
    #[error(
        "a signing key is needed: set LEDGERDESK_SIGNING_KEY_FILE to a file that `ledgerdesk log signing-key \
         --new FILE` made, or LEDGERDESK_SIGNING_KEY to its content"
    )]
    Missing,
    /// Two are.
    #[error("set either LEDGERDESK_SIGNING_KEY or LEDGERDESK_SIGNING_KEY_FILE, not both")]
    Ambiguous,
    /// The file cannot be read or written.
    #[error("the signing key in {} cannot be read or written", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The key is no key.
    #[error("{whence}: {source}")]
    Invalid {
        /// The setting or file that holds it.
        whence: String,
        /// What is wrong.
        #[source]
        source: SignatureError,
    },
}

impl SigningKeyError {
    /// The permanent code, for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "signing_key_missing",
            Self::Ambiguous => "signing_key_ambiguous",
            Self::Io { .. } => "signing_key_io",
            Self::Invalid { .. } => "signing_key_invalid",
        }
    }
}

impl CheckpointsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            directory: reader.read(&DIR),
            every: Duration::from_secs(reader.read(&EVERY)),
            signing_key: reader.read(&SIGNING_KEY),
            signing_key_file: reader.read(&SIGNING_KEY_FILE),
        }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&DIR).into(), (&EVERY).into(), (&SIGNING_KEY).into(), (&SIGNING_KEY_FILE).into()]
    }

    /// The key that signs.
    pub fn signing_key(&self) -> Result<SigningKey, SigningKeyError> {
        let (text, whence) = match (&self.signing_key, &self.signing_key_file) {
            (Some(_), Some(_)) => return Err(SigningKeyError::Ambiguous),
            (None, None) => return Err(SigningKeyError::Missing),
            (Some(key), None) => (key.reveal().to_owned(), SIGNING_KEY.name.to_owned()),
            (None, Some(path)) => {
                let text = fs::read_to_string(path)
                    .map_err(|source| SigningKeyError::Io { path: path.clone(), source })?;
                (text, path.display().to_string())
            }
        };
        SigningKey::parse(&text).map_err(|source| SigningKeyError::Invalid { whence, source })
    }
}
