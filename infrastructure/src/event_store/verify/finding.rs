//! What a verification finds.

use ledgerdesk_domain::stream::Position;
use uuid::Uuid;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Events are missing.
    #[error("the event at position {expected} is missing; the next one is at {found}")]
    Gap {
        /// The position that should be there.
        expected: Position,
        /// The position that is.
        found: Position,
    },
    /// The end of the log is missing: something that was written with it knows more.
    #[error("the log ends at position {head}, but a {by} goes on to {expected}; the end is missing")]
    Truncated {
        /// The last event.
        head: Position,
        /// The last position that is known of.
        expected: Position,
        /// Who knows of it.
        by: &'static str,
    },
    /// A stream knows of events that are not there.
    #[error(
        "the {stream_type} {stream_id} is at version {known}, but its events end at {found}; \
         the end of the log was replaced"
    )]
    StreamAhead {
        /// The kind of the stream.
        stream_type: String,
        /// Which.
        stream_id: Uuid,
        /// The version that it knows.
        known: i32,
        /// The version of its last event.
        found: i32,
    },
    /// A reader has seen another event at this position.
    #[error(
        "the read model {reader} has seen another event at position {position}; the log was replaced from \
         there or before"
    )]
    Replaced {
        /// Where.
        position: Position,
        /// Who has seen it.
        reader: String,
    },
    /// An event is not what was appended, or what came before it is not.
    #[error(
        "the event {event_id} at position {position} ({event_type}) was changed: its hash does not follow"
    )]
    Changed {
        /// Where.
        position: Position,
        /// Which.
        event_id: Uuid,
        /// What it says it is.
        event_type: String,
    },
    /// An event was slipped in: without it the chain goes on.
    #[error(
        "the event {event_id} at position {position} ({event_type}) was inserted: the chain goes on without it"
    )]
    Inserted {
        /// Where.
        position: Position,
        /// Which.
        event_id: Uuid,
        /// What it says it is.
        event_type: String,
    },
    /// Two neighbours are in each other's place.
    #[error(
        "the events {event_id} and {other} were swapped: the second belongs at position {position}, the first \
         behind it"
    )]
    Swapped {
        /// Where the first of them stands.
        position: Position,
        /// Which stands there.
        event_id: Uuid,
        /// Which belongs there.
        other: Uuid,
    },
    /// A number of an event, in the log, its workspace or its stream, is not the one after the last.
    #[error(
        "the event {event_id} at position {position} is out of its place: {what} is {found}, not {expected}"
    )]
    OutOfPlace {
        /// Where.
        position: Position,
        /// Which.
        event_id: Uuid,
        /// Which number.
        what: &'static str,
        /// The number that should be there.
        expected: i64,
        /// The number that is.
        found: i64,
    },
}

impl Finding {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "log_gap",
            Self::Truncated { .. } => "log_truncated",
            Self::StreamAhead { .. } | Self::Replaced { .. } => "log_replaced",
            Self::Changed { .. } => "event_changed",
            Self::Inserted { .. } => "event_inserted",
            Self::Swapped { .. } => "events_swapped",
            Self::OutOfPlace { .. } => "event_out_of_place",
        }
    }

    /// The first position at which the log is not what was appended, where one can be named.
    pub const fn position(&self) -> Option<Position> {
        match self {
            Self::Gap { expected, .. } => Some(*expected),
            Self::Truncated { head, .. } => Some(Position(head.0 + 1)),
            Self::StreamAhead { .. } => None,
            Self::Replaced { position, .. }
            | Self::Changed { position, .. }
            | Self::Inserted { position, .. }
            | Self::Swapped { position, .. }
            | Self::OutOfPlace { position, .. } => Some(*position),
        }
    }
}
