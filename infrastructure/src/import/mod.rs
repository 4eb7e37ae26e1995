//! Logs of other systems become events.
mod error;
mod mapping;
mod progress;
mod source;

pub use error::ImportError;
pub use mapping::{Fault, Mapping};
pub use progress::{Phase, Progress, Silent};
