//! Service levels: which deadlines a consultation has, when they pass, and why.
//!
//! A *clock* measures one promise: that a person answers, that a handover is taken, that somebody calls when it was
//! promised, that the question is resolved. Rules that the workspace publishes say how long each may take, by which
//! calendar, and in which statuses it stands still. Nothing here is stored: clocks are a fold over what happened
//! ([`facts`]) and over every version of the rules and calendars ([`rules`]), so a rule that is published for a time
//! in the past changes the answer, and the ledger says since when and why.
//!
//! # How time is counted
//! - Facts count at the time at which they happened, however late they were learned.
//! - What a clock has used up is never restated: each moment counts by the calendar that was in force then.
//! - A clock that is stopped in the very instant of its deadline has kept it.
//! - A deadline passes once. What comes later, a longer target for instance, does not undo it.
//!
//! # Map
//! - `policy`: the decision table, as it is published; `check`: what it may not be.
//! - `rules`: every version of tables and calendars, and what is in force when.
//! - `facts`: what clocks want to know of a consultation.
//! - `instance`: one clock, running; `fold`: all of them along the facts.
//! - `clock`: what comes out: clocks with their ledgers, how they came out, and deadlines for timers.

mod check;
mod clock;
mod facts;
mod fold;
mod instance;
mod policy;
mod rules;
#[cfg(test)]
mod tests;

pub use check::PolicyFault;
pub(crate) use check::{Unfit, checked};
pub use clock::{
    Ahead, Clock, ClockKind, ClockState, Deadline, Entry, EntryKind, Outcome, Outcomes, Stage, Standing,
    Terms,
};
pub use facts::{Facts, Opening, What};
pub use fold::{ahead, clocks, outcomes};
pub use policy::{SlaCondition, SlaRule, SlaTable, SlaTargets};
pub use rules::{Published, Rules};
