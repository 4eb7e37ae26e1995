//! The canonical bytes of an event and the hash chain over them.
//!
//! The canonical form is one line of JSON: an array of fifteen items, without blanks, object keys sorted by
//! their UTF-8 bytes, characters unescaped except where JSON demands it, whole numbers only. Times are
//! microseconds since 1970 in UTC. In Python it is
//! `json.dumps(items, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.
//!
//! ```text
//! ["ledgerdesk-event-v1", position, workspace_id, workspace_sequence, event_id, stream_type, stream_id,
//!  stream_version, event_type, schema_version, occurred_at, recorded_at, payload, metadata, sealed]
//! ```
//!
//! `sealed` is the SHA-256 of the encrypted personal fields in hex, or null, so that the chain holds whether or
//! not they can still be read. The hash of an event is SHA-256(hash of the workspace's previous event, 32 bytes
//! ‖ canonical bytes in UTF-8); the first event of a workspace follows 32 zero bytes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The hash before the first event of a workspace.
pub const GENESIS: Hash = [0; 32];

/// Everything that the hash of an event covers, besides the hash before it.
#[derive(Debug, Clone, Copy)]
pub struct Canonical<'a> {
    /// The number in the log.
    pub position: i64,
    /// The workspace.
    pub workspace_id: Uuid,
    /// The number in the workspace.
    pub workspace_sequence: i64,
    /// The identity.
    pub event_id: Uuid,
    /// The stored name of the stream type.
    pub stream_type: &'a str,
    /// The stream.
    pub stream_id: Uuid,
    /// The number in the stream.
    pub stream_version: i32,
    /// The wire name.
    pub event_type: &'a str,
    /// The schema version.
    pub schema_version: u16,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The payload as canonical JSON.
    pub payload: &'a str,
    /// The metadata as canonical JSON.
    pub metadata: &'a str,
    /// SHA-256 of the sealed bytes.
    pub sealed: Option<&'a Hash>,
}

impl Canonical<'_> {
    /// Writes the canonical line into `line`, replacing what is there.
    pub fn write(&self, line: &mut String) {
        line.clear();
        // Written piece by piece: formatting machinery costs more than the hash over its result. Names of
        // stream and event types are plain identifiers: nothing in them needs an escape.
        line.push_str(r#"["ledgerdesk-event-v1","#);
        push_number(line, self.position);
        push_id(line, r#",""#, self.workspace_id);
        line.push_str(r#"","#);
        push_number(line, self.workspace_sequence);
        push_id(line, r#",""#, self.event_id);
        push_all(line, [r#"",""#, self.stream_type]);
        push_id(line, r#"",""#, self.stream_id);
        line.push_str(r#"","#);
        push_number(line, self.stream_version.into());
        push_all(line, [r#",""#, self.event_type, r#"","#]);
        push_number(line, self.schema_version.into());
        line.push(',');
        push_number(line, self.occurred_at.timestamp_micros());
        line.push(',');
        push_number(line, self.recorded_at.timestamp_micros());
        push_all(line, [",", self.payload, ",", self.metadata, ","]);
        match self.sealed {
            None => line.push_str("null"),
            Some(hash) => {
                line.push('"');
                push_hex(line, hash);
                line.push('"');
            }
        }
        line.push(']');
    }

    /// The hash of this event after `previous`. `line` is scratch space.
    pub fn hash(&self, previous: &Hash, line: &mut String) -> Hash {
        self.write(line);
        let mut hasher = Sha256::new();
        hasher.update(previous);
        hasher.update(line.as_bytes());
        hasher.finalize().into()
    }
}

fn push_all<const N: usize>(line: &mut String, pieces: [&str; N]) {
    for piece in pieces {
        line.push_str(piece);
    }
}

fn push_id(line: &mut String, before: &str, id: Uuid) {
    line.push_str(before);
    line.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

/// Appends a number in decimal.
pub(super) fn push_number(line: &mut String, number: i64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        line.push('-');
    }
    line.extend(digits[start..].iter().map(|&digit| char::from(digit)));
}

/// Appends bytes as lower-case hexadecimal digits.
pub fn push_hex(text: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// The hash that is written as 64 lower-case hexadecimal digits.
pub fn parse_hex(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    let mut hash = GENESIS;
    (digits.len() == 2 * hash.len()).then_some(())?;
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(hash)
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A JSON value that has a canonical form and that PostgreSQL can store.
///
/// `serde_json` sorts object keys and escapes only what JSON demands; what remains is to refuse fractions,
/// whose spelling differs between languages, and NUL characters, which `jsonb` cannot hold.
pub fn canonical_json(value: &Value) -> Result<String, NotCanonical> {
    check(value)?;
    Ok(value.to_string())
}

/// Why a value cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A number with a fraction or beyond 64 bits.
    #[error("a payload holds a number that is not whole; write it as text")]
    Fraction,
    /// A NUL character.
    #[error("a payload holds a NUL character (U+0000); remove it")]
    Nul,
}

fn check(value: &Value) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(()),
        Value::Number(_) => Err(NotCanonical::Fraction),
        Value::String(text) => check_text(text),
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(entries) => {
            entries.iter().try_for_each(|(key, value)| check_text(key).and_then(|()| check(value)))
        }
    }
}

fn check_text(text: &str) -> Result<(), NotCanonical> {
    if text.contains('\0') { Err(NotCanonical::Nul) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_characters_stay_as_they_are() {
        let value = json!({"b": 1, "a": {"я": "перенос\n", "z": [true, null, -3]}});
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":{"z":[true,null,-3],"я":"перенос\n"},"b":1}"#);
    }

    #[test]
    fn fractions_and_nul_are_refused() {
        assert_eq!(canonical_json(&json!({"a": 1.5})), Err(NotCanonical::Fraction));
        assert_eq!(canonical_json(&json!(["\u{0}"])), Err(NotCanonical::Nul));
        assert_eq!(canonical_json(&json!({"\u{0}": 1})), Err(NotCanonical::Nul));
    }

    #[test]
    fn numbers_are_written_as_everybody_writes_them() {
        for number in [0, 7, -1, 10, -209, 1_700_000_000_000_001, i64::MAX, i64::MIN] {
            let mut text = String::new();
            push_number(&mut text, number);
            assert_eq!(text, number.to_string());
        }
    }

    #[test]
    fn the_line_and_its_hash_do_not_change() {
        let event = Canonical {
            position: 7,
            workspace_id: Uuid::from_u128(1),
            workspace_sequence: 3,
            event_id: Uuid::from_u128(2),
            stream_type: "consultation",
            stream_id: Uuid::from_u128(3),
            stream_version: 2,
            event_type: "Started",
            schema_version: 1,
            occurred_at: DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap(),
            recorded_at: DateTime::from_timestamp_micros(1_700_000_000_000_002).unwrap(),
            payload: r#"{"from":"QUEUED"}"#,
            metadata: "{}",
            sealed: None,
        };
        let mut line = String::new();
        let hash = event.hash(&GENESIS, &mut line);
        assert_eq!(
            line,
            r#"["ledgerdesk-event-v1",7,"00000000-0000-0000-0000-000000000001",3,"00000000-0000-0000-0000-000000000002","consultation","00000000-0000-0000-0000-000000000003",2,"Started",1,1700000000000001,1700000000000002,{"from":"QUEUED"},{},null]"#
        );
        let mut hex = String::new();
        push_hex(&mut hex, &hash);
        assert_eq!(parse_hex(&hex), Some(hash));
        assert_eq!(parse_hex(&hex.to_uppercase()), None);
        assert_eq!(parse_hex(&hex[2..]), None);
        // sha256 over 32 zero bytes and the line, computed with coreutils.
        assert_eq!(hex, "00c9fe12ea434cf18245939ac07e37864c01ec08867e409b05c103aa731d181c");
    }
}
