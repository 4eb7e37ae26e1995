//! The promises of the log, on a real PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod append_only;
mod concurrency;
mod erasure;
mod following;
mod idempotency;
mod load;
mod past;
mod tampering;
mod two_nodes;
mod walls;
