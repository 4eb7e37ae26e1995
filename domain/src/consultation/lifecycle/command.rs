//! What may be asked of the lifecycle.

use chrono::{DateTime, Utc};

use crate::consultation::ReopenTo;

/// Begins work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start;

/// Gives the client the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitForClient {
    /// What for.
    pub reason: Option<String>,
}

/// Lets it wait for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What for.
    pub reason: Option<String>,
    /// When to look again.
    pub until: Option<DateTime<Utc>>,
}

/// Goes back to work after waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume;

/// Marks it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// What was done.
    pub resolution: Option<String>,
    /// The kind of resolution.
    pub code: Option<String>,
}

/// Takes it up again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopen {
    /// Where it continues; by default in work if somebody holds it, else in the queue.
    pub to: Option<ReopenTo>,
    /// Why.
    pub reason: Option<String>,
}

/// Ends a resolved consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Close;

/// Calls it off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// Why.
    pub reason: Option<String>,
}
