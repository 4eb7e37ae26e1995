//! The promises of the log, on a real PostgreSQL.

mod append_only;
mod concurrency;
mod erasure;
mod following;
mod idempotency;
mod tampering;
mod walls;
