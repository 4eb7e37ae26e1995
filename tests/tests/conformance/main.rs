//! What others say of the transports: audits, reference servers and clients of other projects, from npm, against a
//! serving node. Where npm or its registry is absent, each of these tests says so by name.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod contract;
mod packages;
mod transports;
