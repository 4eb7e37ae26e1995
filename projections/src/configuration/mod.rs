//! Who changed which setting, questionnaire, view, catalog entry or manager: one entry per event that is no work with a
//! client, in the order of the log. Whatever new kind of thing can be set up shows here by itself.

mod projection;
mod query;

pub use projection::{Configuration, Row};
pub use query::{Filter, keyset};
