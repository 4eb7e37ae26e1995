//! Process mining: what the steps of consultations say about the process, as pure functions over an [`EventLog`].
//!
//! A case is a consultation, whole: nothing is cut off at the edge of a period, which would falsify where cases start
//! and end. The definitions are those of pm4py and of van der Aalst's *Process Mining* (2nd edition, 2016), so that
//! its numbers can be compared; `docs/mining.md` tells them for readers.
//!
//! - `log`: the steps in compact form, in order of time within a case, ties in the order of the log.
//! - `flow`: what follows what, where cases start and end. `variant`: the paths that cases take.
//! - `rework`: what is done again. `handover`: from whom to whom work goes. `waiting`: when it waits.
//! - `duration`: mean, median and p90 of spans of time.

mod duration;
mod flow;
mod handover;
mod log;
mod rework;
#[cfg(test)]
mod tests;
mod variant;
mod waiting;

pub use duration::Durations;
pub use flow::{ActivityUse, Follows, activities, case_durations, directly_follows};
pub use handover::{Handed, between_people, between_teams};
pub use log::{Case, EventLog, EventLogBuilder, Names, Observed};
pub use rework::{Rework, rework};
pub use variant::{Variant, variants};
pub use waiting::{Cell, Waits, waiting};
