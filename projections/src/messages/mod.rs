//! The conversation: one row per message from or to the client.

mod projection;
mod query;

pub use projection::{AttachmentRow, Direction, Messages, Row};
pub use query::{Filter, keyset};
