//! What touches the world: PostgreSQL, the clock, keys, processes, other systems' files.
//!
//! # Map
//! - [`event_store`]: the append-only log: append, read, follow, verify.
//! - [`notices`]: short messages between nodes that nobody keeps.
//! - [`command`]: load, decide, append, with bounded retries and stored results.
//! - [`auth`]: API keys: who may use a workspace, and as what.
//! - [`config`]: the settings, typed and documented.
//! - [`service_levels`]: the clocks of consultations, read from the log; [`timers`]: what is told when a clock runs out.
//! - [`icalendar`]: holidays out of files of other programs.
//! - [`telemetry`]: log lines, and panics as log lines.
//! - [`db`]: the pool and the migrations.
//! - [`embedded_postgres`]: a PostgreSQL of our own, for whoever has none.
//! - [`crypto`]: the key of each person, and what it seals.
//! - [`clock`]: where time and identity enter the program.

pub mod auth;
pub mod clock;
pub mod command;
pub mod config;
pub mod crypto;
pub mod db;
pub mod demo;
pub mod embedded_postgres;
pub mod event_store;
pub mod icalendar;
pub mod import;
pub mod notices;
pub mod service_levels;
pub mod telemetry;
pub mod timers;
