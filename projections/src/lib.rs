//! The read side: pure folds over rows, and the runtime that keeps them exact.
//!
//! - [`runtime`]: load, fold, write back with the checkpoint; leases, lag, parking, rebuild and swap.
//! - [`registry()`]: the only list of projections.
//! - a folder per read model: `mod` (what screen, what promise), `projection` (events → rows), `query` (reads).

mod registry;
pub mod runtime;

pub use registry::registry;
