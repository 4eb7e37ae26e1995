//! The manager aggregate: a person who answers clients.
//!
//! # Invariants
//! - A manager is registered once. One who left takes nothing more but the erasure.
//! - Only a manager who left can be erased.
//! - Everything asked for that already holds changes nothing.

pub mod command;
mod decide;
mod error;
pub mod event;
mod state;
#[cfg(test)]
mod tests;
pub mod upcast;
pub mod value;

pub use command::*;
pub use error::ManagerRejection;
pub use event::*;
pub use state::ManagerState;
pub use value::*;

use crate::{context::Context, decider::Decider, id::PersonId};

/// The rules of a manager.
#[derive(Debug, Clone, Copy)]
pub struct Manager;

impl Decider for Manager {
    type State = ManagerState;
    type Command = ManagerCommand;
    type Event = ManagerEvent;
    type Rejection = ManagerRejection;

    fn decide(
        state: &ManagerState,
        command: ManagerCommand,
        _context: &Context,
    ) -> Result<Vec<ManagerEvent>, ManagerRejection> {
        decide::decide(state, command)
    }

    fn evolve(state: ManagerState, event: &ManagerEvent) -> ManagerState {
        state.evolve(event)
    }

    /// None: the stream's own id is the person's.
    fn person(_state: &ManagerState) -> Option<PersonId> {
        None
    }
}
