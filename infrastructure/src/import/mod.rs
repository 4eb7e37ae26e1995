//! Logs of other systems become events.
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
