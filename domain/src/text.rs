//! Limits on what people type.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Longest topic, tag, reason code, name: in characters.
pub const SHORT_TEXT: usize = 500;
/// Longest message, description, note, comment: in characters.
pub const LONG_TEXT: usize = 50_000;
/// Longest tag, skill, catalog or attribute key: in characters.
pub const KEY_TEXT: usize = 100;
/// Longest address of a file or a recording: in characters.
pub const URL_TEXT: usize = 2_000;
/// Longest e-mail address, as RFC 5321 has it: in characters.
pub const EMAIL_TEXT: usize = 254;

/// The first second after the times that are accepted: 2200-01-01T00:00:00Z, in Unix seconds. What people type
/// beyond it is a slip of the keyboard, and no time zone can push it out of PostgreSQL's range.
const END_OF_TIME: i64 = 7_258_118_400;

/// Why a text, list or number was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum InvalidInput {
    /// Nothing but blanks.
    #[error("`{field}` is empty; say something there")]
    Empty {
        /// The field at fault.
        field: String,
    },
    /// Too many characters.
    #[error("`{field}` has more than {max} characters; shorten it")]
    TooLong {
        /// The field at fault.
        field: String,
        /// The limit, in characters.
        max: usize,
    },
    /// A NUL character, which PostgreSQL cannot store.
    #[error("`{field}` holds a NUL character (U+0000); remove it")]
    Nul {
        /// The field at fault.
        field: String,
    },
    /// Too many items.
    #[error("`{field}` has more than {max} items; send fewer")]
    TooMany {
        /// The field at fault.
        field: String,
        /// The limit.
        max: usize,
    },
    /// A number or time outside its bounds.
    #[error("`{field}` is out of range; it must be {expected}")]
    OutOfRange {
        /// The field at fault.
        field: String,
        /// The bounds, in words.
        expected: String,
    },
    /// A text that has not the shape that it must have.
    #[error("`{field}` is malformed; it must be {expected}")]
    Malformed {
        /// The field at fault.
        field: String,
        /// The shape, in words.
        expected: String,
    },
}

impl InvalidInput {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "empty",
            Self::TooLong { .. } => "too_long",
            Self::Nul { .. } => "nul_character",
            Self::TooMany { .. } => "too_many",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Malformed { .. } => "malformed",
        }
    }

    /// The field at fault.
    pub fn field(&self) -> &str {
        match self {
            Self::Empty { field }
            | Self::TooLong { field, .. }
            | Self::Nul { field }
            | Self::TooMany { field, .. }
            | Self::OutOfRange { field, .. }
            | Self::Malformed { field, .. } => field,
        }
    }

    /// A field without anything in it.
    pub(crate) fn empty(field: &str) -> Self {
        Self::Empty { field: field.to_owned() }
    }

    /// A field outside its bounds.
    pub(crate) fn out_of_range(field: &str, expected: &str) -> Self {
        Self::OutOfRange { field: field.to_owned(), expected: expected.to_owned() }
    }

    /// A field of the wrong shape.
    pub(crate) fn malformed(field: &str, expected: &str) -> Self {
        Self::Malformed { field: field.to_owned(), expected: expected.to_owned() }
    }
}

/// Accepts a text that may be empty, up to `max` characters and without NUL.
pub fn check_optional(field: &str, text: &str, max: usize) -> Result<(), InvalidInput> {
    if text.contains('\0') {
        return Err(InvalidInput::Nul { field: field.to_owned() });
    }
    // Bytes bound characters from above, so the common case needs no walk over the text.
    if text.len() > max && text.chars().count() > max {
        return Err(InvalidInput::TooLong { field: field.to_owned(), max });
    }
    Ok(())
}

/// Accepts a text that says something, up to `max` characters and without NUL.
pub fn check_required(field: &str, text: &str, max: usize) -> Result<(), InvalidInput> {
    if text.trim().is_empty() {
        return Err(InvalidInput::Empty { field: field.to_owned() });
    }
    check_optional(field, text, max)
}

/// Accepts a list of at most `max` items.
pub fn check_count(field: &str, count: usize, max: usize) -> Result<(), InvalidInput> {
    if count > max {
        return Err(InvalidInput::TooMany { field: field.to_owned(), max });
    }
    Ok(())
}

/// Accepts a time from 1970 to 2199.
pub fn check_time(field: &str, time: DateTime<Utc>) -> Result<(), InvalidInput> {
    if (0..END_OF_TIME).contains(&time.timestamp()) {
        return Ok(());
    }
    Err(InvalidInput::out_of_range(field, "a time from 1970-01-01 to 2199-12-31"))
}

/// A line that says something, without the blanks around it.
pub fn label(field: &str, text: &str, max: usize) -> Result<String, InvalidInput> {
    let text = text.trim();
    check_required(field, text, max)?;
    Ok(text.to_owned())
}

/// A line that may be missing; nothing but blanks counts as missing.
pub fn optional_label(field: &str, text: Option<&str>, max: usize) -> Result<Option<String>, InvalidInput> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => label(field, text, max).map(Some),
    }
}

/// A long text that may be missing, kept as typed; nothing but blanks counts as missing.
pub fn optional_text(field: &str, text: Option<String>, max: usize) -> Result<Option<String>, InvalidInput> {
    let Some(text) = text else { return Ok(None) };
    check_optional(field, &text, max)?;
    Ok((!text.trim().is_empty()).then_some(text))
}

/// Keys such as tags and skills: without the blanks around them, sorted, each once.
pub fn keys(field: &str, keys: &[String], max_items: usize) -> Result<Vec<String>, InvalidInput> {
    check_count(field, keys.len(), max_items)?;
    let mut keys = keys.iter().map(|key| label(field, key, KEY_TEXT)).collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// A language code of ISO 639, in small letters.
pub fn language(field: &str, code: &str) -> Result<String, InvalidInput> {
    let code = code.trim();
    if matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(code.to_ascii_lowercase());
    }
    Err(InvalidInput::malformed(field, "a language code of two or three letters, such as `ru`"))
}

/// A language code that may be missing.
pub fn optional_language(field: &str, code: Option<&str>) -> Result<Option<String>, InvalidInput> {
    code.map(|code| language(field, code)).transpose()
}

/// An e-mail address, without the blanks around it. Only its shape is checked: the one `@` with something on
/// both sides.
pub fn email(field: &str, address: &str) -> Result<String, InvalidInput> {
    let address = label(field, address, EMAIL_TEXT)?;
    let well_formed = address
        .split_once('@')
        .is_some_and(|(mailbox, domain)| !mailbox.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if !well_formed || address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidInput::malformed(field, "an e-mail address, such as `anna@example.org`"));
    }
    Ok(address)
}

/// A telephone number as `+` and its digits. Blanks, dots, dashes and brackets are dropped.
pub fn phone(field: &str, number: &str) -> Result<String, InvalidInput> {
    let malformed =
        || InvalidInput::malformed(field, "a telephone number of 5 to 20 digits, such as `+7 495 123-45-67`");
    let number = number.trim();
    let number = number.strip_prefix('+').unwrap_or(number);
    let mut digits = String::with_capacity(number.len() + 1);
    digits.push('+');
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '\u{a0}' | '-' | '.' | '(' | ')' => {}
            _ => return Err(malformed()),
        }
    }
    if (6..=21).contains(&digits.len()) { Ok(digits) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(check_optional("topic", &"я".repeat(SHORT_TEXT), SHORT_TEXT).is_ok());
        let error = check_optional("topic", &"я".repeat(SHORT_TEXT + 1), SHORT_TEXT).unwrap_err();
        assert_eq!(error.to_string(), "`topic` has more than 500 characters; shorten it");
    }

    #[test]
    fn a_label_loses_its_blanks_before_it_is_measured() {
        let padded = format!(" {} ", "a".repeat(KEY_TEXT));
        assert_eq!(label("tag", &padded, KEY_TEXT).unwrap(), "a".repeat(KEY_TEXT));
    }

    #[test]
    fn a_missing_text_and_a_blank_one_are_the_same() {
        for text in [None, Some(String::new()), Some(" \n".into())] {
            assert_eq!(optional_text("reason", text.clone(), LONG_TEXT).unwrap(), None);
            assert_eq!(optional_label("team", text.as_deref(), SHORT_TEXT).unwrap(), None);
        }
    }

    #[test]
    fn a_long_text_stays_as_it_was_typed() {
        let typed = "  indented\n".to_owned();
        assert_eq!(optional_text("reason", Some(typed.clone()), LONG_TEXT).unwrap(), Some(typed));
    }

    #[test]
    fn telephone_numbers_become_their_digits() {
        for (typed, digits) in [
            ("+7 (495) 123-45-67", "+74951234567"),
            ("7.495.123.45.67", "+74951234567"),
            (" 8\u{a0}800 555 35 35 ", "+88005553535"),
            ("12345", "+12345"),
            ("12345678901234567890", "+12345678901234567890"),
        ] {
            assert_eq!(phone("phone", typed).unwrap(), digits);
        }
        for typed in ["", "+", "1234", "123456789012345678901", "++12345", "12345x", "１２３４５"] {
            assert_eq!(phone("phone", typed).unwrap_err().code(), "malformed", "{typed}");
        }
    }

    #[test]
    fn every_refusal_names_its_field() {
        let errors = [
            check_required("a", "", 1).unwrap_err(),
            check_optional("a", "bb", 1).unwrap_err(),
            check_optional("a", "\0", 1).unwrap_err(),
            check_count("a", 2, 1).unwrap_err(),
            check_time("a", DateTime::<Utc>::MAX_UTC).unwrap_err(),
            language("a", "").unwrap_err(),
        ];
        let codes = ["empty", "too_long", "nul_character", "too_many", "out_of_range", "malformed"];
        for (error, code) in errors.iter().zip(codes) {
            assert_eq!((error.code(), error.field()), (code, "a"));
            assert!(error.to_string().contains("`a`"), "{error}");
        }
    }
}
