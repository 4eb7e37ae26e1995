//! The consultation aggregate.

pub mod command;
pub mod event;
pub mod value;

pub use command::*;
pub use event::*;
pub use value::*;
