//! Catalogs: what a consultation can be about, for the pickers of a front end and for systems that keep a copy.
//!
//! Promise: the revision of a catalog changes exactly when its content does, so that a copy with the same revision
//! is current.

mod projection;
mod query;

pub use projection::{Catalogs, Row};
pub use query::{Filter, Order, revision};
