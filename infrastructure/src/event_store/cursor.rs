//! A reader's place in a particular history.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ledgerdesk_domain::{event::Recorded, stream::Position};

use super::canonical::Hash;

/// A place in the log, bound to the history it was taken from: (epoch, position, first bytes of the hash
/// there). After a restore or a failover that lost a tail the three no longer agree, and the reader is told
/// instead of being continued on a different history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The epoch of the history.
    pub epoch: i32,
    /// The last event that was read; 0 for none.
    pub position: Position,
    /// The first eight bytes of that event's hash; zeroes for none.
    pub hash_prefix: [u8; 8],
}

/// A text that is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor of this API; pass one that it returned, unchanged")]
pub struct CursorError;

/// The first byte of an encoded cursor; a new layout takes the next number.
const LAYOUT: u8 = 1;

impl Cursor {
    /// Before the first event of any history. Epoch 0 matches every epoch.
    pub const START: Self = Self { epoch: 0, position: Position::START, hash_prefix: [0; 8] };

    /// After the event at `position` that has this hash.
    pub fn after(epoch: i32, position: Position, hash: &Hash) -> Self {
        Self { epoch, position, hash_prefix: hash.first_chunk().copied().unwrap_or_default() }
    }

    /// After this event.
    pub fn after_event(epoch: i32, event: &Recorded) -> Self {
        Self::after(epoch, event.position, &event.hash)
    }

    /// The opaque text form, safe in URLs.
    pub fn encode(&self) -> String {
        let mut bytes = [0_u8; 21];
        bytes[0] = LAYOUT;
        bytes[1..5].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[5..13].copy_from_slice(&self.position.0.to_be_bytes());
        bytes[13..].copy_from_slice(&self.hash_prefix);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor with this text form. Untrusted input: anything else is an error, never a panic.
    pub fn decode(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let bytes: [u8; 21] = bytes.try_into().map_err(|_| CursorError)?;
        let (layout, rest) = bytes.split_first().ok_or(CursorError)?;
        let (epoch, rest) = rest.split_first_chunk::<4>().ok_or(CursorError)?;
        let (position, rest) = rest.split_first_chunk::<8>().ok_or(CursorError)?;
        let (hash_prefix, _) = rest.split_first_chunk::<8>().ok_or(CursorError)?;
        let position = i64::from_be_bytes(*position);
        if *layout != LAYOUT || position < 0 {
            return Err(CursorError);
        }
        Ok(Self {
            epoch: i32::from_be_bytes(*epoch),
            position: Position(position),
            hash_prefix: *hash_prefix,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_form() {
        let cursor = Cursor { epoch: 3, position: Position(42), hash_prefix: [1, 2, 3, 4, 5, 6, 7, 8] };
        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0", "AAAA", "not a cursor", &"A".repeat(28), &"x".repeat(10_000)] {
            assert_eq!(Cursor::decode(text), Err(CursorError), "{text:.20}");
        }
    }
}
