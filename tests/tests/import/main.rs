//! Imports into a real log.

mod again;
mod shared_logs;
mod support;
