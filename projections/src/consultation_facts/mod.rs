//! Consultation facts: a row per consultation with everything that metrics measure in it, and by what they are broken
//! down. Exact however late a fact arrives: the row keeps a [`journal`] of what was measured, in the order in which it
//! happened, and every measure is a fold over it.
//!
//! The rules of the fold are those of the metrics: [`crate::analytics`] has the definitions, `docs/metrics.md` shows
//! them.

mod journal;
mod measure;
mod projection;
mod query;
mod row;

pub use journal::{Happening, Step};
pub use projection::ConsultationFacts;
pub use row::{Answered, Ended, Kept, Promise, Row, Stretch};
