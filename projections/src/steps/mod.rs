//! Steps: what process mining looks at, one row for each thing that happened to a consultation.
//!
//! - `step`: which steps an event is, in whose words, by whom; `involved`: whom and what an event names.
//! - `projection`, `query`: the read model, which [`crate::mining`] reads.
//! - `case`: the steps of one consultation straight from its events, for exports.
//!
//! Steps never change: the rows up to a position are the same whenever they are read.

mod case;
mod involved;
mod projection;
mod query;
mod step;

pub use case::{CaseStep, of_consultation};
pub use involved::{Involved, Kind, Role};
pub use projection::{Row, Steps};
pub use query::{TooMany, load};
pub use step::{Resource, Step, Team};
