//! The log outside of its table: verified, exported, imported, signed; by the binary and by `docs/verify.py`.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod checkpoint;
mod consultation;
mod database;
mod export;
mod import;
mod look;
mod support;
mod tampered;
