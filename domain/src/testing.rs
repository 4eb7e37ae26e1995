//! given / when / then.
//!
//! ```
//! # #[cfg(feature = "testing")] {
//! use ledgerdesk_domain::{
//!     manager::{Manager, ManagerCommand, ChangeCapacity},
//!     testing::given,
//! };
//!
//! given::<Manager>([])
//!     .when(ManagerCommand::ChangeCapacity(ChangeCapacity { capacity: 3 }))
//!     .then_rejected("manager_not_found");
//! # }
//! ```

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    context::{Actor, Context},
    decider::{Decider, Rejection},
    event::Event,
    id::ManagerId,
};

/// The manager who acts unless the test says otherwise.
pub const ACTING_MANAGER: ManagerId = ManagerId(Uuid::from_u128(0xac));

/// When things happen unless the test says otherwise: 2026-03-02T09:00:00Z, a Monday.
pub const MONDAY_NINE: DateTime<Utc> = match DateTime::from_timestamp(1_772_442_000, 0) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// A stream in which these events have happened.
pub fn given<D: Decider>(events: impl IntoIterator<Item = D::Event>) -> Given<D> {
    let state = events.into_iter().fold(D::State::default(), |state, event| D::evolve(state, &event));
    Given { state, context: Context { occurred_at: MONDAY_NINE, actor: Actor::manager(ACTING_MANAGER) } }
}

/// What has happened, and who acts when.
pub struct Given<D: Decider> {
    state: D::State,
    context: Context,
}

impl<D: Decider> Given<D> {
    /// The command comes at this time.
    pub fn at(mut self, occurred_at: DateTime<Utc>) -> Self {
        self.context.occurred_at = occurred_at;
        self
    }

    /// The command comes from this actor.
    pub fn by(mut self, actor: Actor) -> Self {
        self.context.actor = actor;
        self
    }

    /// Asks for something.
    pub fn when(self, command: D::Command) -> Then<D> {
        let decision = D::decide(&self.state, command, &self.context);
        Then { given: self, decision }
    }
}

/// What the rules answered.
#[must_use = "say what you expect: then, then_nothing or then_rejected"]
pub struct Then<D: Decider> {
    given: Given<D>,
    decision: Result<Vec<D::Event>, D::Rejection>,
}

impl<D: Decider> Then<D> {
    /// Exactly these events. They have happened afterwards, so that the test can go on with
    /// [`when`](Given::when).
    ///
    /// # Panics
    /// If the rules answered otherwise, or an event does not survive its way through JSON.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) -> Given<D> {
        let expected = Vec::from_iter(expected);
        assert!(!expected.is_empty(), "expect no events with `then_nothing`");
        let (given, events) = self.accepted();
        assert_eq!(events, expected, "other events than expected");
        given.happened(events)
    }

    /// No events: what was asked for already holds.
    ///
    /// # Panics
    /// If the rules answered otherwise.
    #[track_caller]
    pub fn then_nothing(self) -> Given<D> {
        let (given, events) = self.accepted();
        assert_eq!(events, [], "expected no events");
        given
    }

    /// A refusal with this code.
    ///
    /// # Panics
    /// If the rules answered otherwise, or the refusal has no message.
    #[track_caller]
    pub fn then_rejected(self, code: &str) -> Given<D> {
        match self.decision {
            Ok(events) => panic!("expected the rejection `{code}`, got the events {events:#?}"),
            Err(rejection) => {
                assert_eq!(rejection.code(), code, "another rejection than expected: {rejection}");
                assert!(!rejection.to_string().is_empty(), "`{code}` has no message");
                self.given
            }
        }
    }

    /// A refusal with this code that names this field.
    ///
    /// # Panics
    /// If the rules answered otherwise.
    #[track_caller]
    pub fn then_rejected_at(self, code: &str, field: &str) -> Given<D> {
        if let Err(rejection) = &self.decision {
            assert_eq!(rejection.field(), Some(field), "another field than expected: {rejection}");
        }
        self.then_rejected(code)
    }

    /// Whatever the events are, they have happened.
    ///
    /// # Panics
    /// If the rules refused.
    #[track_caller]
    pub fn then_something(self) -> Given<D> {
        let (given, events) = self.accepted();
        assert!(!events.is_empty(), "expected events, got none");
        given.happened(events)
    }

    #[track_caller]
    fn accepted(self) -> (Given<D>, Vec<D::Event>) {
        match self.decision {
            Ok(events) => (self.given, events),
            Err(rejection) => {
                panic!("expected events, got the rejection `{}`: {rejection}", rejection.code())
            }
        }
    }
}

impl<D: Decider> Given<D> {
    #[track_caller]
    fn happened(mut self, events: Vec<D::Event>) -> Self {
        for event in events {
            self.state = D::evolve(self.state, &event);
            let event: Event = event.into();
            let raw = event.encode_data().to_string();
            match Event::decode_str(event.stream_type(), event.event_type(), &raw) {
                Ok(decoded) => assert_eq!(decoded, event, "changed on its way through JSON"),
                Err(error) => panic!("cannot be read back: {error}: {raw}"),
            }
        }
        self
    }
}
