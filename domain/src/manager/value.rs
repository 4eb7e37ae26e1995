//! The values that manager events and commands are made of.

use serde::{Deserialize, Serialize};

/// Whether a manager takes work now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Availability {
    /// Not at work.
    #[default]
    Offline,
    /// Takes work.
    Online,
    /// At work, but takes no more.
    Busy,
}
