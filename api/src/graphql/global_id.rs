//! Opaque ids that know their type.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The kinds of things that an id can name. The number is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A consultation.
    Consultation,
    /// A client.
    Client,
    /// A manager.
    Manager,
    /// A handover.
    Handover,
    /// A redate.
    Redate,
    /// A call.
    Call,
    /// A rating.
    Rating,
    /// A message.
    Message,
    /// A note.
    Note,
    /// A saved view.
    View,
    /// An event of the log or an entry of a history.
    Event,
    /// An API key.
    ApiKey,
    /// An entry of a catalog.
    CatalogEntry,
    /// A session of somebody who signed in.
    Session,
    /// An invitation.
    Invitation,
}

impl NodeKind {
    const ALL: [Self; 15] = [
        Self::Consultation,
        Self::Client,
        Self::Manager,
        Self::Handover,
        Self::Redate,
        Self::Call,
        Self::Rating,
        Self::Message,
        Self::Note,
        Self::View,
        Self::Event,
        Self::ApiKey,
        Self::CatalogEntry,
        Self::Session,
        Self::Invitation,
    ];

    const fn tag(self) -> [u8; 2] {
        match self {
            Self::Consultation => *b"co",
            Self::Client => *b"cl",
            Self::Manager => *b"ma",
            Self::Handover => *b"ha",
            Self::Redate => *b"re",
            Self::Call => *b"ca",
            Self::Rating => *b"ra",
            Self::Message => *b"me",
            Self::Note => *b"no",
            Self::View => *b"vi",
            Self::Event => *b"ev",
            Self::ApiKey => *b"ak",
            Self::CatalogEntry => *b"ce",
            Self::Session => *b"se",
            Self::Invitation => *b"in",
        }
    }
}

/// A text that is not an id of this API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of this API; pass one that it returned, unchanged")]
pub struct InvalidId;

/// The opaque text form of an id.
pub fn encode(kind: NodeKind, id: Uuid) -> String {
    let mut bytes = [0_u8; 18];
    bytes[..2].copy_from_slice(&kind.tag());
    bytes[2..].copy_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The kind and id of an opaque text. Untrusted input: anything else is an error, never a panic.
pub fn decode(text: &str) -> Result<(NodeKind, Uuid), InvalidId> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidId)?;
    let bytes: [u8; 18] = bytes.try_into().map_err(|_| InvalidId)?;
    let (tag, id) = bytes.split_first_chunk::<2>().ok_or(InvalidId)?;
    let kind = NodeKind::ALL.into_iter().find(|kind| kind.tag() == *tag).ok_or(InvalidId)?;
    Ok((kind, Uuid::from_slice(id).map_err(|_| InvalidId)?))
}

/// The id in an opaque text that must name a thing of this kind.
pub fn decode_kind(text: &str, expected: NodeKind) -> Result<Uuid, InvalidId> {
    match decode(text)? {
        (kind, id) if kind == expected => Ok(id),
        _ => Err(InvalidId),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form_and_keeps_its_kind() {
        let id = Uuid::from_u128(7);
        for kind in NodeKind::ALL {
            assert_eq!(decode(&encode(kind, id)), Ok((kind, id)));
        }
        assert_eq!(decode_kind(&encode(NodeKind::Client, id), NodeKind::Manager), Err(InvalidId));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "7", "zz", "\u{0}", &"A".repeat(24), &"A".repeat(100_000)] {
            assert_eq!(decode(text), Err(InvalidId));
        }
    }
}
