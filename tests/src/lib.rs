//! The harness of the suites that need the real thing: PostgreSQL, HTTP, WebSockets.
//!
//! # Map
//! - [`TestDatabase`]: a migrated database for one test.
//! - [`wait_until`]: conditions instead of sleeps.
//! - The binary `with-postgres`: a throw-away server around any command.
//!
//! ```text
//! cargo run -q -p ledgerdesk-tests --bin with-postgres -- cargo test --workspace
//! ```

mod database;
pub mod node;
mod wait;

pub use database::TestDatabase;
pub use wait::wait_until;

/// Names the server that the tests use, as a connection URL whose role may create databases. Set by
/// `with-postgres`.
pub const DATABASE_URL: &str = "LEDGERDESK_TEST_DATABASE_URL";
