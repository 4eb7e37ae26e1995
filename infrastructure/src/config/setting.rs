//! The declaration of a setting: its name, how it is read, and its line in the documentation.

use std::borrow::Cow;

/// One setting of type `T`.
pub(super) struct Setting<T> {
    /// The environment variable.
    pub(super) name: &'static str,
    /// What it does, in a sentence or two.
    pub(super) about: &'static str,
    /// The default as the documentation shows it; empty for none.
    pub(super) default_text: &'static str,
    /// The default.
    pub(super) default: fn() -> T,
    /// What values are right, after the words "must be".
    pub(super) expected: Expected,
    /// Reads a value, or answers the code of the fault.
    pub(super) parse: fn(&str) -> Result<T, &'static str>,
}

/// What values are right.
pub(super) enum Expected {
    /// In words.
    Words(&'static str),
    /// A whole number within bounds, both included.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
}

impl<T> Setting<T> {
    /// What values are right, after the words "must be".
    pub(super) fn expected(&self) -> Cow<'static, str> {
        match self.expected {
            Expected::Words(words) => Cow::Borrowed(words),
            Expected::Number { min, max } => Cow::Owned(format!("a whole number from {min} to {max}")),
        }
    }
}

/// One line of the documentation.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) default: &'static str,
    pub(super) expected: Cow<'static, str>,
}

impl<T> From<&Setting<T>> for Line {
    fn from(setting: &Setting<T>) -> Self {
        Self {
            name: setting.name,
            about: setting.about,
            default: setting.default_text,
            expected: setting.expected(),
        }
    }
}

/// A whole number within bounds; the bounds are given once.
pub(super) const fn number<const DEFAULT: u64, const MIN: u64, const MAX: u64>(
    name: &'static str,
    default_text: &'static str,
    about: &'static str,
) -> Setting<u64> {
    Setting {
        name,
        about,
        default_text,
        default: || DEFAULT,
        expected: Expected::Number { min: MIN, max: MAX },
        parse: |text| {
            let number: u64 = text.parse().map_err(|_| "not_a_number")?;
            if (MIN..=MAX).contains(&number) { Ok(number) } else { Err("out_of_bounds") }
        },
    }
}

/// Something that is on unless it is switched off.
pub(super) const fn switch(name: &'static str, about: &'static str) -> Setting<bool> {
    Setting {
        name,
        about,
        default_text: "on",
        default: || true,
        expected: Expected::Words("on or off"),
        parse: |text| match text {
            "on" | "true" | "1" => Ok(true),
            "off" | "false" | "0" => Ok(false),
            _ => Err("not_one_of"),
        },
    }
}
