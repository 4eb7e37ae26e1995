//! Why a projection waits for somebody to act.

/// Why a projection waits for somebody to act. It tries again by itself, so that after the act it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// The permanent code: `event_unknown`, `event_corrupt`, `event_sealed`, `cursor_of_another_history`,
    /// `table_misfit`, `newer_program`.
    pub code: String,
    /// What is wrong and what would be right, without values.
    pub reason: String,
}

impl Pause {
    pub(super) fn new(code: &str, reason: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into() }
    }

    /// The table, or what is in it, is not what this program expects.
    pub(super) fn misfit(reason: impl Into<String>) -> Self {
        Self::new("table_misfit", reason)
    }

    /// Another program has to do it.
    pub(super) fn newer_program(reason: impl Into<String>) -> Self {
        Self::new("newer_program", reason)
    }
}

impl std::fmt::Display for Pause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reason)
    }
}
