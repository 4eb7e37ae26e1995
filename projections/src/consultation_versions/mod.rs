//! Lists and counts of consultations as they were: one row per version of what a list filters and sorts by.
//!
//! Promise: at every position, at every time, and at every time as it was known at a position, the versions that hold
//! are what the log up to there leaves, by the fold of [`crate::consultation_list`]. Nothing personal is in them.

mod journal;
mod moment;
mod power;
mod projection;
mod query;
#[cfg(test)]
mod reference;
mod row;
mod sums;
mod timeline;
mod week;

pub use journal::{Change, Earlier};
pub use moment::Moment;
pub use projection::ConsultationVersions;
pub use query::{Filter, Listed, Unsupported, count, count_by_status, explain, keyset, page};
pub use row::Row;
pub use sums::Sums;
