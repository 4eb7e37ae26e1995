//! A consultation as it was: its events up to there, folded by the projections that keep today's rows.
//!
//! Promise: what is shown of the past is made by the code that makes the present; with all events it is what the read
//! models hold. Nothing is kept for it: a consultation's events are few.

mod difference;
mod snapshot;
#[cfg(test)]
mod tests;

pub use difference::{Difference, Fate, FieldChange, PartChange, PartKind, difference};
pub use snapshot::{Parts, Snapshot};
