//! The harness itself.

mod database;
