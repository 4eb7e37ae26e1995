//! The key that signs checkpoints, and the one that verifies them: Ed25519.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

/// What is wrong with a signature or a key for signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not a private key.
    #[error("a signing key is 32 bytes in base64; `ledgerdesk log signing-key --new FILE` makes one")]
    SigningKey,
    /// Not a public key.
    #[error("a public key is 32 bytes in base64; `ledgerdesk log signing-key` prints it")]
    PublicKey,
    /// The signature is not the key's over these bytes.
    #[error("the signature does not hold")]
    Signature,
}

impl SignatureError {
    /// The permanent code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SigningKey => "signing_key_invalid",
            Self::PublicKey => "public_key_invalid",
            Self::Signature => "checkpoint_signature_invalid",
        }
    }
}

/// The private key that signs. Has no `Debug`, so that it cannot be logged.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// The key that anybody may have, to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl SigningKey {
    /// The key in its text form: its 32 bytes of seed in base64.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SignatureError::SigningKey)?;
        let seed: [u8; 32] = bytes.try_into().map_err(|_| SignatureError::SigningKey)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&seed)))
    }

    /// A new key in its text form.
    pub fn generate() -> String {
        let mut seed = [0_u8; 32];
        rand::fill(&mut seed[..]);
        STANDARD.encode(seed)
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature over these bytes, in base64.
    pub fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.0.sign(bytes).to_bytes())
    }
}

impl PublicKey {
    /// The key in its text form: 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SignatureError::PublicKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SignatureError::PublicKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| SignatureError::PublicKey)
    }

    /// Whether this signature, in base64, is its own over these bytes.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<(), SignatureError> {
        let signature = STANDARD.decode(signature).map_err(|_| SignatureError::Signature)?;
        let signature = Signature::from_slice(&signature).map_err(|_| SignatureError::Signature)?;
        self.0.verify_strict(bytes, &signature).map_err(|_| SignatureError::Signature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test of RFC 8032, section 7.1.
    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        let key = SigningKey::parse("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=").unwrap();
        assert_eq!(key.public().to_string(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        let signature = key.sign(b"");
        assert!(signature.starts_with("5VZDAMNgrHKQhuLMgG6CioSHfx645d"), "{signature}");
        assert_eq!(key.public().verify(b"", &signature), Ok(()));
        assert_eq!(key.public().verify(b"x", &signature), Err(SignatureError::Signature));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(SigningKey::parse("AAAA").is_err() && PublicKey::parse("AAAA").is_err());
        assert!(SigningKey::parse(&SigningKey::generate()).is_ok());
    }
}
