//! The client aggregate: a person or an organisation that asks, and how to reach it.
//!
//! # Invariants
//! - A client is registered once, and erased once; an erased one takes nothing more.
//! - Contacts are well-formed, telephone numbers are `+` and digits, and each stands there once.
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
pub use error::ClientRejection;
pub use event::*;
pub use state::ClientState;
pub use value::*;

use crate::{context::Context, decider::Decider, id::PersonId};

/// The rules of a client.
#[derive(Debug, Clone, Copy)]
pub struct Client;

impl Decider for Client {
    type State = ClientState;
    type Command = ClientCommand;
    type Event = ClientEvent;
    type Rejection = ClientRejection;

    fn decide(
        state: &ClientState,
        command: ClientCommand,
        _context: &Context,
    ) -> Result<Vec<ClientEvent>, ClientRejection> {
        decide::decide(state, command)
    }

    fn evolve(state: ClientState, event: &ClientEvent) -> ClientState {
        state.evolve(event)
    }

    /// None: the stream's own id is the person's.
    fn person(_state: &ClientState) -> Option<PersonId> {
        None
    }
}
