//! One secret for a front end of one's own, from the configuration: for set-ups without sign-in.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::RoleId;

/// The secret of a front end, as its digest, and what it may do.
#[derive(Clone)]
pub struct FrontEnd {
    digest: [u8; 32],
    pub(super) role: RoleId,
}

impl FrontEnd {
    /// Shortest secret, in characters.
    pub const SHORTEST: usize = 32;

    /// A secret and the role that it gives.
    pub fn new(secret: &str, role: RoleId) -> Self {
        Self { digest: Sha256::digest(secret.as_bytes()).into(), role }
    }

    /// Whether the text is the secret. Digests are compared, so that the time tells nothing about the secret.
    pub(super) fn is_shown(&self, text: &str) -> bool {
        <[u8; 32]>::from(Sha256::digest(text.as_bytes())) == self.digest
    }

    /// What stands for it where a key would stand: always the same for the same secret, and nothing of it.
    pub(super) fn id(&self) -> Uuid {
        let digest =
            Sha256::new().chain_update(b"ledgerdesk front end 1").chain_update(self.digest).finalize();
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
