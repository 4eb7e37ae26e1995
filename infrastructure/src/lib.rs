//! What touches the world: PostgreSQL, the clock, keys, processes, other systems' files.
//!
//! # Map
//! - [`event_store`]: the append-only log: append, read, follow, verify.
//! - [`command`]: load, decide, append, with bounded retries and stored results.
//! - [`crypto`]: the key of each person, and what it seals.
//! - [`clock`]: where time and identity enter the program.

pub mod clock;
pub mod command;
pub mod crypto;
pub mod event_store;
pub mod import;
