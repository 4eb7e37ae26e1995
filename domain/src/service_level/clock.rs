//! What comes out: clocks with their ledgers, and deadlines for timers.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{calendar::Schedule, consultation::Status};

/// What a clock measures. Wire names are permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockKind {
    /// From the opening to the first message of a person; again from a reopening if there was none.
    FirstResponse,
    /// From the oldest message without an answer to the next message of a person.
    NextResponse,
    /// From the request of a handover until somebody takes it.
    HandoverAcceptance,
    /// From the end of the promised window until somebody calls.
    Callback,
    /// From the opening to the resolution; a reopening continues it.
    Resolution,
}

impl ClockKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::FirstResponse, Self::NextResponse, Self::HandoverAcceptance, Self::Callback, Self::Resolution];

    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "FIRST_RESPONSE",
            Self::NextResponse => "NEXT_RESPONSE",
            Self::HandoverAcceptance => "HANDOVER_ACCEPTANCE",
            Self::Callback => "CALLBACK",
            Self::Resolution => "RESOLUTION",
        }
    }

    /// Whether statuses can make it stand still.
    pub(super) const fn pauses(self) -> bool {
        matches!(self, Self::FirstResponse | Self::NextResponse | Self::Resolution)
    }
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// It counts, in open hours.
    Running,
    /// It stands still because of the status.
    Paused,
    /// What was promised is done.
    Fulfilled,
    /// What was promised is no longer wanted.
    Cancelled,
}

/// What holds for a clock at an instant.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The version of the table.
    pub policy_version: u32,
    /// The rule that matched; none if none did.
    pub rule: Option<String>,
    /// How long it may take; no deadline if nothing is said.
    pub target: Option<TimeDelta>,
    /// The calendar's key and version; the wall clock if there is none.
    pub calendar: Option<(String, u32)>,
    pub(super) warn_after: Option<TimeDelta>,
    pub(super) schedule: Option<Arc<Schedule>>,
    pub(super) pause_in: Vec<Status>,
    pub(super) bots_respond: bool,
    /// When the log learned of them; never for the standard ones.
    pub(super) known_at: Option<DateTime<Utc>>,
}

impl Terms {
    /// Whether the same holds as under the others, as far as a ledger tells it.
    pub(super) fn are_as(&self, other: &Self) -> bool {
        self.policy_version == other.policy_version
            && self.rule == other.rule
            && self.target == other.target
            && self.calendar == other.calendar
    }
}

/// What happened to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// It began.
    Activated,
    /// It stood still from then on.
    Paused,
    /// It counted again.
    Resumed,
    /// So much was used up that a warning was due.
    Warned,
    /// The deadline passed.
    Breached,
    /// What was promised was done.
    Fulfilled,
    /// Other terms held from then on.
    PolicyChanged,
    /// What was promised was no longer wanted.
    Cancelled,
}

/// A line of a clock's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub kind: EntryKind,
    /// When.
    pub at: DateTime<Utc>,
    /// The consultation's event that did it; nothing where time or a policy did.
    pub version: Option<i32>,
    /// How much was used up by then.
    pub used: TimeDelta,
    /// How long it may take from then on.
    pub target: Option<TimeDelta>,
    /// The rule from then on.
    pub rule: Option<String>,
    /// The version of the table from then on.
    pub policy_version: u32,
    /// The calendar's key and version from then on.
    pub calendar: Option<(String, u32)>,
}

/// A clock of a consultation, as of an instant.
#[derive(Debug, Clone)]
pub struct Clock {
    /// What it measures.
    pub kind: ClockKind,
    /// The how-manieth of its kind in this consultation, from 1.
    pub number: u32,
    /// The handover that it is about, for a clock of one.
    pub subject: Option<Uuid>,
    /// How it stands.
    pub state: ClockState,
    /// When it began.
    pub activated_at: DateTime<Utc>,
    /// What holds for it, or held when it ended.
    pub terms: Terms,
    /// How much is used up.
    pub used: TimeDelta,
    /// When a warning is or was due; nothing while it stands still and nothing was due yet.
    pub warn_at: Option<DateTime<Utc>>,
    /// When the deadline passes or passed, as far as is known; nothing while it stands still before that.
    pub due_at: Option<DateTime<Utc>>,
    /// When the deadline passed, if it has.
    pub breached_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What happened to it, in order.
    pub ledger: Vec<Entry>,
}

impl Clock {
    /// What is left of the target; negative where it was overrun.
    pub fn remaining(&self) -> Option<TimeDelta> {
        self.terms.target.map(|target| target - self.used)
    }
}

/// How a clock came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it measures.
    pub kind: ClockKind,
    /// The how-manieth of its kind in this consultation, from 1.
    pub number: u32,
    /// Whether it was stopped before its deadline passed, or in that very instant.
    pub is_met: bool,
    /// When that was decided: when it was stopped, or when its deadline passed.
    pub at: DateTime<Utc>,
    /// The consultation's event that began it.
    pub activated: Option<i32>,
    /// The consultation's event that decided it; nothing where time did.
    pub version: Option<i32>,
    /// The rule that held then.
    pub rule: Option<String>,
    /// The version of the table that held then.
    pub policy_version: u32,
    /// The target that held then.
    pub target: TimeDelta,
    /// How much of the clock's time passed between its deadline and its end, or the instant of the look while it has
    /// none; nothing where it was met.
    pub late: TimeDelta,
}

/// How the clocks of a consultation came out by an instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Those that are decided, in the order in which they began.
    pub decided: Vec<Outcome>,
    /// Whether another one has a target that may still be met or missed.
    pub is_undecided: bool,
}

/// What a timer is for. Wire names are permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// A deadline comes near.
    Warn,
    /// A deadline passes.
    Breach,
    /// The offer of a handover runs out.
    HandoverExpiry,
}

impl Stage {
    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "WARN",
            Self::Breach => "BREACH",
            Self::HandoverExpiry => "HANDOVER_EXPIRY",
        }
    }
}

/// What is ahead of a consultation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead {
    /// What has to be told when its time comes.
    pub deadlines: Vec<Deadline>,
    /// Clocks that run and whose deadline is known, or has passed: how things stand, told or not.
    pub clocks: Vec<Standing>,
    /// Whether it is open, so that other rules would give it other deadlines.
    pub is_open: bool,
}

/// A clock that has not ended, and when it is due if nothing happens before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it measures.
    pub kind: ClockKind,
    /// The how-manieth of its kind in this consultation, from 1.
    pub number: u32,
    /// The handover that it is about, for a clock of one.
    pub subject: Option<Uuid>,
    /// When a warning is or was due.
    pub warn_at: Option<DateTime<Utc>>,
    /// When the deadline passes or passed.
    pub due_at: DateTime<Utc>,
}

/// Something that has to be told when its time comes, if nothing happens before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// What for.
    pub stage: Stage,
    /// The clock.
    pub clock: ClockKind,
    /// Which of its kind.
    pub number: u32,
    /// The handover, for a clock of one and for an offer.
    pub subject: Option<Uuid>,
    /// When to tell.
    pub at: DateTime<Utc>,
    /// When the clock is due; the same for a breach and an offer.
    pub due_at: DateTime<Utc>,
    /// The target, in milliseconds; none for an offer.
    pub target_ms: Option<i64>,
    /// The rule.
    pub rule: Option<String>,
    /// The version of the table.
    pub policy_version: u32,
    /// The version of the consultation's event that led to it: the one that activated the clock or asked for the
    /// handover.
    pub caused_by: Option<i32>,
}
