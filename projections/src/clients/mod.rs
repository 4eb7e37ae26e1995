//! Clients: who they are, how to reach them, how much they ask.
//!
//! Promise: the counts are of events, so they stay when the client is erased. A client whom nobody registered
//! (an import names only an id) has a row all the same.

mod projection;
mod query;

pub use projection::{Clients, ContactRow, Row};
pub use query::{Filter, NAMED, Order};
