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

pub mod client;
mod database;
pub mod faults;
pub mod fill;
pub mod node;
pub mod raw;
pub mod server;
pub mod socket;
mod wait;

pub use database::TestDatabase;
pub use wait::wait_until;

/// Names the server that the tests use, as a connection URL whose role may create databases. Set by
/// `with-postgres`.
pub const DATABASE_URL: &str = "LEDGERDESK_TEST_DATABASE_URL";

/// A name that nothing else has.
pub fn unique() -> String {
    use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
    SystemIds.next_id().simple().to_string()
}

/// How many read models there are.
pub fn read_models() -> usize {
    ledgerdesk_projections::registry().definitions().count()
}

/// Says loudly that a test had to leave something out. Not by `eprintln!`: the test runner would keep it.
pub fn skipped(test: &str, missing: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {missing} is absent");
}
