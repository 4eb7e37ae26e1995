//! Keys and what they do.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use ledgerdesk_domain::id::{PersonId, WorkspaceId};
use uuid::Uuid;

const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
/// The first byte of everything encrypted; another cipher or layout takes the next number.
const LAYOUT: u8 = 1;

/// What went wrong with a key or with what it sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The master key in the configuration is not 32 bytes in base64.
    #[error("the master key is not 32 bytes in base64; make one with `head -c 32 /dev/urandom | base64`")]
    InvalidMasterKey,
    /// A person's key does not open with this master key.
    #[error("a person's key does not open with this master key; configure the one that wrapped it")]
    ForeignMasterKey,
    /// Sealed bytes do not open with the person's key: they were changed or moved.
    #[error("sealed bytes do not open with their person's key: they were changed or moved")]
    Tampered,
}

/// The key that wraps every person's key. Has no `Debug`, so that it cannot be logged.
#[derive(Clone)]
pub struct MasterKey(XChaCha20Poly1305);

impl MasterKey {
    /// The key in its text form: 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| CryptoError::InvalidMasterKey)?;
        XChaCha20Poly1305::new_from_slice(&bytes).map(Self).map_err(|_| CryptoError::InvalidMasterKey)
    }

    /// A new key in its text form.
    pub fn generate() -> String {
        let mut bytes = [0_u8; KEY_LENGTH];
        rand::fill(&mut bytes[..]);
        STANDARD.encode(bytes)
    }

    pub(super) fn wrap(&self, key: &DataKey, person: PersonId, workspace: WorkspaceId) -> Vec<u8> {
        encrypt(&self.0, &key.bytes, &wrapping_context(person, workspace))
    }

    pub(super) fn unwrap(
        &self,
        wrapped: &[u8],
        person: PersonId,
        workspace: WorkspaceId,
    ) -> Result<DataKey, CryptoError> {
        let bytes = decrypt(&self.0, wrapped, &wrapping_context(person, workspace))
            .ok_or(CryptoError::ForeignMasterKey)?;
        bytes.try_into().map(DataKey::from_bytes).map_err(|_| CryptoError::ForeignMasterKey)
    }
}

/// A wrapped key is good for one person of one workspace only.
fn wrapping_context(person: PersonId, workspace: WorkspaceId) -> [u8; 32] {
    join(person.0, workspace.0)
}

/// The key of one person. Has no `Debug`, so that it cannot be logged.
#[derive(Clone)]
pub struct DataKey {
    bytes: [u8; KEY_LENGTH],
    cipher: XChaCha20Poly1305,
}

impl DataKey {
    pub(super) fn generate() -> Self {
        let mut bytes = [0_u8; KEY_LENGTH];
        rand::fill(&mut bytes[..]);
        Self::from_bytes(bytes)
    }

    fn from_bytes(bytes: [u8; KEY_LENGTH]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&bytes.into()), bytes }
    }

    /// Encrypts the personal fields of one event. The result opens for this event of this person only.
    pub fn seal(&self, plain: &[u8], event: Uuid, person: PersonId) -> Vec<u8> {
        encrypt(&self.cipher, plain, &join(event, person.0))
    }

    /// Decrypts the personal fields of one event.
    pub fn open(&self, sealed: &[u8], event: Uuid, person: PersonId) -> Result<Vec<u8>, CryptoError> {
        decrypt(&self.cipher, sealed, &join(event, person.0)).ok_or(CryptoError::Tampered)
    }
}

fn join(first: Uuid, second: Uuid) -> [u8; 32] {
    let mut joined = [0; 32];
    joined[..16].copy_from_slice(first.as_bytes());
    joined[16..].copy_from_slice(second.as_bytes());
    joined
}

/// `layout ‖ nonce ‖ ciphertext`. The nonce is random: with 24 bytes, repeats are out of the question.
fn encrypt(cipher: &XChaCha20Poly1305, plain: &[u8], context: &[u8]) -> Vec<u8> {
    let mut nonce = [0_u8; NONCE_LENGTH];
    rand::fill(&mut nonce[..]);
    let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + plain.len() + 16);
    sealed.push(LAYOUT);
    sealed.extend_from_slice(&nonce);
    // The cipher only fails beyond 256 GiB; an empty ciphertext would then refuse to open.
    let cipher_text =
        cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context }).unwrap_or_default();
    sealed.extend_from_slice(&cipher_text);
    sealed
}

fn decrypt(cipher: &XChaCha20Poly1305, sealed: &[u8], context: &[u8]) -> Option<Vec<u8>> {
    let (layout, rest) = sealed.split_first()?;
    let (nonce, cipher_text) = rest.split_first_chunk::<NONCE_LENGTH>()?;
    (*layout == LAYOUT).then_some(())?;
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg: cipher_text, aad: context }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: PersonId = PersonId(Uuid::from_u128(1));
    const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(2));
    const EVENT: Uuid = Uuid::from_u128(3);

    #[test]
    fn what_is_sealed_opens_for_the_same_event_and_person_only() {
        let key = DataKey::generate();
        let sealed = key.seal(b"Anna", EVENT, PERSON);
        assert_eq!(key.open(&sealed, EVENT, PERSON), Ok(b"Anna".to_vec()));
        assert_eq!(key.open(&sealed, Uuid::from_u128(4), PERSON), Err(CryptoError::Tampered));
        assert_eq!(key.open(&sealed, EVENT, PersonId(EVENT)), Err(CryptoError::Tampered));
        assert_eq!(DataKey::generate().open(&sealed, EVENT, PERSON), Err(CryptoError::Tampered));
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let key = DataKey::generate();
        let sealed = key.seal(b"Anna", EVENT, PERSON);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(key.open(&changed, EVENT, PERSON), Err(CryptoError::Tampered), "byte {place}");
        }
        assert_eq!(key.open(&[], EVENT, PERSON), Err(CryptoError::Tampered));
    }

    #[test]
    fn a_wrapped_key_opens_with_its_master_key_for_its_person_only() {
        let master = MasterKey::parse(&MasterKey::generate()).unwrap();
        let other = MasterKey::parse(&MasterKey::generate()).unwrap();
        let key = DataKey::generate();
        let wrapped = master.wrap(&key, PERSON, WORKSPACE);
        let opened = master.unwrap(&wrapped, PERSON, WORKSPACE).unwrap();
        assert!(opened.bytes == key.bytes);
        assert!(master.unwrap(&wrapped, PersonId(EVENT), WORKSPACE).is_err());
        assert!(other.unwrap(&wrapped, PERSON, WORKSPACE).is_err());
    }

    #[test]
    fn a_master_key_is_32_bytes_in_base64() {
        for text in ["", "short", "AAAA", "не ключ"] {
            assert!(matches!(MasterKey::parse(text), Err(CryptoError::InvalidMasterKey)), "{text}");
        }
    }
}
