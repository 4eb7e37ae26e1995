//! The key of each person, and what it seals.
//!
//! Personal fields are encrypted with XChaCha20-Poly1305 under a data key per person; data keys are stored
//! wrapped by the master key, which comes from the configuration and is never stored in the database.
//! Erasing a person destroys the data key: the sealed bytes stay in the log, and the hash chain with them, but
//! nobody can read them again.
//!
//! Checkpoints of the log are signed with a key of their own, Ed25519.

mod key;
mod keyring;
mod signing;

pub use key::{CryptoError, DataKey, MasterKey};
pub use keyring::{KeyRing, NewKey, PersonKey};
pub use signing::{PublicKey, SignatureError, SigningKey};
