//! Imports into a real log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod again;
mod demo;
mod shared_logs;
mod support;
