//! The read side: pure folds over rows, and the runtime that keeps them exact.
//!
//! - [`runtime`]: load, fold, write back with the checkpoint; leases, lag, parking, rebuild and swap.
//! - [`registry()`]: the only list of projections.
//! - a folder per read model: `mod` (what screen, what promise), `projection` (events → rows), `query` (reads),
//!   `table.sql`.
//! - [`deadlines`]: what is due and what is late, of the clocks that timers keep.
//! - [`mining`]: what the steps of consultations say about the process.
//! - [`as_of`]: a consultation as it was, by the same folds.
//! - [`read`]: what the queries share: conditions, keyset pages, reads by ids.

pub mod analytics;
pub mod as_of;
pub mod calls;
pub mod catalogs;
pub mod clients;
pub mod configuration;
pub mod consultation_detail;
pub mod consultation_facts;
pub mod consultation_list;
pub mod consultation_versions;
pub mod deadlines;
pub mod handovers;
pub mod history;
pub mod managers;
pub mod messages;
pub mod mining;
mod party;
mod personal;
pub mod ratings;
pub mod read;
pub mod redates;
mod registry;
pub mod runtime;
pub mod search;
pub mod steps;
#[cfg(test)]
mod testing;
pub mod views;

pub use registry::registry;
