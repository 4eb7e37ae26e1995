//! The product as its users run it: processes, HTTP, WebSockets, PostgreSQL. One story, one file.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod bad_input;
mod conflict;
mod crash;
mod embedded;
mod erasure;
mod flow;
mod full_disk;
mod idempotency;
mod import;
mod leaving;
mod pooler;
mod read_your_writes;
mod rebuild;
mod restore;
mod shutdown;
mod support;
mod tampering;
