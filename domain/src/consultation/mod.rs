//! The consultation aggregate: one question of one client, from its opening to its rating.
//!
//! ```text
//!            Start             WaitForClient / Hold
//!  Queued ──────────▶ InProgress ◀───────────────▶ WaitingForClient, OnHold
//!    │                   │           Resume               │
//!    └───────────────────┴──────────────┬─────────────────┘
//!                                       │ Resolve              Close
//!                                       ├─────────▶ Resolved ─────────▶ Closed
//!                                       │ Cancel
//!                                       └─────────▶ Cancelled
//!  Reopen leads from Resolved, Closed and Cancelled back to InProgress or Queued.
//! ```
//!
//! # Invariants
//! - At most one handover is open, and only while the consultation is open.
//! - A closed or cancelled consultation takes no work; it takes notes, labels, references, ratings of its
//!   resolution, and can be reopened.
//! - A merged consultation takes notes, references and imported facts; everything else belongs into the one
//!   that carries on.
//! - A part (message, note, redate, call, handover, rating) is recorded once: a repeat of its id changes
//!   nothing, whatever happened since.
//! - Asking for what already holds changes nothing. A step of the lifecycle that is repeated with words (a reason,
//!   a resolution) is refused instead, because the words would be lost.
//!
//! # Map
//! A part keeps its commands, events and rules together: `opening`, `details`, `labels`, `assignment`, `lifecycle`,
//! `message`, `note`, `appointment`, `redate`, `call`, `handover`, `rating`, `reference`, `merge`, `fact`,
//! `service_level`.
//! `command` and `event` list them all, `decide` leads each command to its rule, `state` evolves.

mod appointment;
mod assignment;
mod call;
pub mod command;
mod decide;
mod details;
mod error;
pub mod event;
mod fact;
mod handover;
mod labels;
mod lifecycle;
mod merge;
mod message;
mod note;
mod opening;
mod rating;
mod redate;
mod reference;
mod service_level;
mod state;
#[cfg(test)]
mod tests;
pub mod upcast;
pub mod value;

pub use appointment::{Appoint, Appointed};
pub use assignment::{Assign, Assigned, Unassign, Unassigned};
pub use call::{CallLogged, LogCall};
pub use command::ConsultationCommand;
pub use details::{ChangeDetails, ChangePriority, DetailsChanged, PriorityChanged};
pub use error::ConsultationRejection;
pub use event::ConsultationEvent;
pub use fact::{FactImported, ImportFact};
pub use handover::{
    AcceptHandover, DeclineHandover, ExpireHandover, HandoverAccepted, HandoverDeclined, HandoverExpired,
    HandoverOffered, HandoverRequested, HandoverResolved, HandoverReturned, OfferHandover, RequestHandover,
    ResolveHandover, ReturnHandover,
};
pub(crate) use labels::check_attributes;
pub use labels::{ChangeTags, CustomAttributesChanged, SetCustomAttributes, TagsChanged};
pub use lifecycle::{
    Cancel, Cancelled, Close, Closed, Hold, PutOnHold, Reopen, Reopened, Resolve, Resolved, Resume, Resumed,
    Start, Started, WaitForClient, WaitingForClientStarted,
};
pub use merge::{Merge, Merged, Unmerge, Unmerged};
pub use message::{MessageReceived, MessageSent, ReceiveMessage, SendMessage};
pub use note::{AddNote, NoteAdded};
pub use opening::{ConsultationOpened, OpenConsultation};
pub use rating::{
    Answer, RatingRequested, RatingRevised, RatingSubmitted, RequestRating, ReviseRating, SubmitRating,
};
pub use redate::{Redate, Redated};
pub use reference::{ExternalReferenceLinked, LinkExternalReference};
pub(crate) use reference::{MAX_REFERENCES, checked_reference, checked_references};
pub use service_level::{AnnounceServiceLevel, ServiceLevelBreached, ServiceLevelWarned};
pub use state::ConsultationState;
pub use value::*;

use crate::{context::Context, decider::Decider, id::PersonId};

/// The rules of a consultation.
#[derive(Debug, Clone, Copy)]
pub struct Consultation;

impl Decider for Consultation {
    type State = ConsultationState;
    type Command = ConsultationCommand;
    type Event = ConsultationEvent;
    type Rejection = ConsultationRejection;

    fn decide(
        state: &ConsultationState,
        command: ConsultationCommand,
        context: &Context,
    ) -> Result<Vec<ConsultationEvent>, ConsultationRejection> {
        decide::decide(state, command, context)
    }

    fn evolve(state: ConsultationState, event: &ConsultationEvent) -> ConsultationState {
        state.evolve(event)
    }

    fn person(state: &ConsultationState) -> Option<PersonId> {
        state.client_id().map(PersonId::from)
    }
}
