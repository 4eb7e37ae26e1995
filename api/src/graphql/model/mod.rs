//! The types that the API shows.

pub mod enums;
