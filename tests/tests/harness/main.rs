//! The harness itself.

mod database;
mod migrations;
