//! What every read model shares.

mod projection;

pub use projection::{Definition, Projection};
