//! A workspace to look at: consultations that never were.
//!
//! [`generate`] is pure: the same seed, time and count make the same history. [`seed`] writes it once; [`live`]
//! keeps adding traffic so that subscriptions have something to show. Everything goes through the rules of the
//! domain. All names, numbers and texts are made up.
//!
//! - `cast`: who takes part. `topics`: what they talk about. `calendar`: when.
//! - `script`: a consultation as commands with times. `plot`: how one goes, from its first message to its
//!   rating.
//! - `history`: scripts as events. `seed`, `live`: into the log.

mod calendar;
mod cast;
mod chance;
mod history;
mod live;
mod plot;
mod questionnaire;
mod script;
mod seed;
mod topics;

pub use history::{Case, generate};
pub use live::{LiveSettings, live};
pub use questionnaire::questionnaire;
pub use seed::{DemoError, SeedSettings, SeedSummary, seed};

#[cfg(test)]
mod tests;
