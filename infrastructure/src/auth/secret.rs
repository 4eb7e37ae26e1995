//! The text of a key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Marks our keys, so that scanners for leaked secrets can know them.
const PREFIX: &str = "ldk_";
/// How much of a key is shown in lists.
const SHOWN: usize = 12;

/// The text of a key: `ldk_` and 32 random bytes in base64url. Has no `Debug`, so that it cannot be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct KeySecret(String);

impl KeySecret {
    /// A new key.
    pub fn generate() -> Self {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes[..]);
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The key with this text; `None` for anything that cannot be one. Untrusted input.
    pub fn parse(text: &str) -> Option<Self> {
        let random = text.strip_prefix(PREFIX)?;
        let mut bytes = [0_u8; 32];
        let length = URL_SAFE_NO_PAD.decode_slice(random, &mut bytes).ok()?;
        (length == bytes.len()).then(|| Self(text.to_owned()))
    }

    /// The text itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Its first characters, to tell keys apart.
    pub(super) fn shown(&self) -> &str {
        &self.0[..SHOWN]
    }

    /// What is stored of it.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// Marks the links of invitations.
const INVITATION: &str = "ldi_";

/// The text of an invitation: `ldi_` and 32 random bytes in base64url. Has no `Debug`, so that it cannot be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationSecret(String);

impl InvitationSecret {
    /// A new one.
    pub fn generate() -> Self {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes[..]);
        Self(format!("{INVITATION}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The one with this text; `None` for anything that cannot be one. Untrusted input.
    pub fn parse(text: &str) -> Option<Self> {
        let random = text.strip_prefix(INVITATION)?;
        let mut bytes = [0_u8; 32];
        let length = URL_SAFE_NO_PAD.decode_slice(random, &mut bytes).ok()?;
        (length == bytes.len()).then(|| Self(text.to_owned()))
    }

    /// The text itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub(super) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_one_and_differs_from_every_other() {
        let (one, other) = (KeySecret::generate(), KeySecret::generate());
        assert!(KeySecret::parse(one.reveal()).is_some_and(|parsed| parsed == one));
        assert!(one != other && one.digest() != other.digest());
        assert_eq!(one.reveal().len(), 47);
    }

    #[test]
    fn anything_else_is_no_key() {
        let long = format!("{PREFIX}{}", "A".repeat(100_000));
        for text in ["", "ldk_", "ldk_AAAA", "sk_live", "ldk_ййййййййййй", &long] {
            assert!(KeySecret::parse(text).is_none(), "{text:.20}");
        }
    }
}
