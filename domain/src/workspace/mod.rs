//! The workspace aggregate: the settings that a team shares.
//!
//! # Invariants
//! - A workspace is created once.
//! - The versions of a questionnaire run from 1 without gaps; a published one never changes.
//! - The versions of a calendar and of the table of service levels run likewise, and never change.
//! - A view of a manager is changed by that manager only.
//! - Everything asked for that already holds changes nothing.

pub mod command;
mod decide;
mod error;
pub mod event;
mod service_level;
mod state;
#[cfg(test)]
mod tests;
pub mod upcast;
pub mod value;
pub mod view;

pub use command::*;
pub use error::WorkspaceRejection;
pub use event::*;
pub use service_level::{
    CalendarPublished, ImportHolidays, PublishCalendar, PublishSlaPolicies, SlaPoliciesPublished,
};
pub use state::WorkspaceState;
pub use value::*;
pub use view::{DeleteView, SaveView, View, ViewDeleted, ViewSaved};

use crate::{context::Context, decider::Decider, id::PersonId};

/// The rules of a workspace.
#[derive(Debug, Clone, Copy)]
pub struct Workspace;

impl Decider for Workspace {
    type State = WorkspaceState;
    type Command = WorkspaceCommand;
    type Event = WorkspaceEvent;
    type Rejection = WorkspaceRejection;

    fn decide(
        state: &WorkspaceState,
        command: WorkspaceCommand,
        context: &Context,
    ) -> Result<Vec<WorkspaceEvent>, WorkspaceRejection> {
        decide::decide(state, command, context)
    }

    fn evolve(state: WorkspaceState, event: &WorkspaceEvent) -> WorkspaceState {
        state.evolve(event)
    }

    /// None: a workspace is no person.
    fn person(_state: &WorkspaceState) -> Option<PersonId> {
        None
    }
}
