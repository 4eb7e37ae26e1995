//! Logs of other systems become events. `docs/importing.md` tells how, and how to map one.
//!
//! - `mapping`: what the columns and activities mean. `source`: CSV and XES, read to their end.
//! - `bind`, `case`: the mapping applied to the source; its rows by consultation, in order.
//! - `derive`: a case told through the rules of the domain. `people`: who occurs in it.
//! - `prepared`, `write`, `bulk`: nothing is written before all of it was read; then many cases at a time.
//! - `report`, `progress`: what came of it, and what is going on.

mod bind;
pub(crate) mod bulk;
mod case;
mod derive;
mod error;
pub(crate) mod ids;
mod mapping;
mod people;
mod prepared;
mod progress;
mod report;
mod source;
mod write;

pub use error::ImportError;
pub use mapping::{Fault, Mapping};
pub use prepared::Prepared;
pub use progress::{Phase, Progress, Silent};
pub use report::{Reported, Summary};

#[cfg(test)]
mod tests;
