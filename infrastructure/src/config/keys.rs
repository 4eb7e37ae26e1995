//! Keys that come from outside.

use super::{
    environment::Reader,
    secret::Secret,
    setting::{Expected, Line, Setting},
};
use crate::{auth::KeySecret, crypto::MasterKey};

const MASTER_KEY: Setting<Option<Secret>> = Setting {
    name: "LEDGERDESK_MASTER_KEY",
    about: "Wraps the keys that personal data is encrypted with; the same on every node, kept apart from the \
            database and its backups. Needed with DATABASE_URL; the embedded PostgreSQL gets one in the file \
            master.key of the data directory.",
    default_text: "",
    default: || None,
    expected: Expected::Words("32 bytes in base64; make one with `head -c 32 /dev/urandom | base64`"),
    parse: |text| MasterKey::parse(text).map(|_| Some(Secret::new(text))).map_err(|_| "not_a_key"),
};

const BOOTSTRAP_KEY: Setting<Option<KeySecret>> = Setting {
    name: "LEDGERDESK_BOOTSTRAP_KEY",
    about: "The owner key that the first start creates, instead of a random one.",
    default_text: "",
    default: || None,
    expected: Expected::Words(
        "ldk_ and 32 bytes in base64url; make one with \
         `echo ldk_$(head -c 32 /dev/urandom | basenc --base64url | tr -d =)`",
    ),
    parse: |text| KeySecret::parse(text).map(Some).ok_or("not_a_key"),
};

/// Keys that come from outside.
#[derive(Clone)]
pub struct KeysConfig {
    /// The master key in its text form, already checked.
    pub master: Option<Secret>,
    /// The owner key of the first start.
    pub bootstrap: Option<KeySecret>,
}

impl KeysConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { master: reader.read(&MASTER_KEY), bootstrap: reader.read(&BOOTSTRAP_KEY) }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&MASTER_KEY).into(), (&BOOTSTRAP_KEY).into()]
    }
}
