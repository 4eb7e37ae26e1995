//! What an aggregate is.

use crate::{context::Context, event::DomainEvent, id::PersonId};

/// A rule-keeper for one kind of stream.
///
/// `decide` answers a command from the state alone; `evolve` applies a fact to the state. Both are pure.
/// `evolve` is total: the log is the truth, so a fact that the rules of today would refuse is still applied.
pub trait Decider: Send + Sync + 'static {
    /// What the rules need to remember.
    type State: Default + Clone + Send + Sync + 'static;
    /// What may be asked.
    type Command: Clone + Send + Sync + 'static;
    /// What can have happened.
    type Event: DomainEvent;
    /// Why a command can be refused.
    type Rejection: Rejection;

    /// The events that the command causes; none if it asks for what already is.
    fn decide(
        state: &Self::State,
        command: Self::Command,
        context: &Context,
    ) -> Result<Vec<Self::Event>, Self::Rejection>;

    /// The state after the event.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;

    /// The person whom the stream is about, once known: the personal fields of its events are sealed with
    /// that person's key.
    fn person(state: &Self::State) -> Option<PersonId>;
}

/// Why a command was refused: a fact about the state or the input, with a permanent code.
pub trait Rejection: std::error::Error + Clone + PartialEq + Send + Sync + 'static {
    /// The permanent, lower-case code that clients branch on, such as `consultation_closed`.
    fn code(&self) -> &'static str;

    /// The input field at fault, in the command's own spelling, if one is.
    fn field(&self) -> Option<&str>;
}
