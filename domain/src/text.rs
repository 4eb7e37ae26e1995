//! Limits on what people type.

use serde::{Deserialize, Serialize};

/// Longest topic, tag, reason code, name: in characters.
pub const SHORT_TEXT: usize = 500;
/// Longest message, description, note, comment: in characters.
pub const LONG_TEXT: usize = 50_000;

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
        }
    }

    /// The field at fault.
    pub fn field(&self) -> &str {
        match self {
            Self::Empty { field }
            | Self::TooLong { field, .. }
            | Self::Nul { field }
            | Self::TooMany { field, .. }
            | Self::OutOfRange { field, .. } => field,
        }
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
