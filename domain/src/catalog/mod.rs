//! The catalog entry aggregate: what the catalogs of a workspace say a consultation can be about, such as product
//! types, sections, questions, knowledge articles and obstacles.
//!
//! # Invariants
//! - The kind of an entry and its id in the system that it comes from never change; together they are its identity
//!   ([`CatalogEntryId::of`](crate::id::CatalogEntryId::of)), so that there is one entry for them and an upsert
//!   needs no look-up.
//! - An entry is never removed: one that is retired keeps its title for the consultations that name it.
//! - Everything asked for that already holds changes nothing.
//!
//! A parent may be named before it is known: other systems send their entries in any order.

pub mod command;
mod decide;
mod error;
pub mod event;
mod state;
#[cfg(test)]
mod tests;
pub mod upcast;

pub use command::*;
pub use error::CatalogRejection;
pub use event::*;
pub use state::CatalogEntryState;

use crate::{context::Context, decider::Decider, id::PersonId};

/// The rules of an entry of a catalog.
#[derive(Debug, Clone, Copy)]
pub struct CatalogEntry;

impl Decider for CatalogEntry {
    type State = CatalogEntryState;
    type Command = CatalogCommand;
    type Event = CatalogEvent;
    type Rejection = CatalogRejection;

    fn decide(
        state: &CatalogEntryState,
        command: CatalogCommand,
        _context: &Context,
    ) -> Result<Vec<CatalogEvent>, CatalogRejection> {
        decide::decide(state, command)
    }

    fn evolve(state: CatalogEntryState, event: &CatalogEvent) -> CatalogEntryState {
        state.evolve(event)
    }

    /// None: a catalog speaks of no person.
    fn person(_state: &CatalogEntryState) -> Option<PersonId> {
        None
    }
}
