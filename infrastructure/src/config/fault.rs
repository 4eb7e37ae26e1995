//! What is wrong with the settings.

use std::fmt;

/// One setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the setting.
    pub setting: String,
    /// The permanent code.
    pub code: &'static str,
    /// What would be right. Never the value: it may be a secret.
    pub expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.setting, self.expected, self.code)
    }
}

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    /// The permanent code of the whole.
    pub fn code(&self) -> &'static str {
        "configuration_invalid"
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration cannot be used")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}
