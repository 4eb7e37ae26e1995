//! Imports into a real log.

mod again;
mod demo;
mod shared_logs;
mod support;
