//! Why a command to a consultation can be refused.

use chrono::{DateTime, Utc};

use super::value::Status;
use crate::{
    decider::Rejection,
    id::{ConsultationId, HandoverId, ManagerId, RatingId, RedateId},
    text::InvalidInput,
};

/// Why a command to a consultation was refused. Messages say what was wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConsultationRejection {
    /// Nothing was opened under this id.
    #[error("there is no such consultation; open it first")]
    NotFound,
    /// The id is taken.
    #[error("this consultation was opened already; choose another id for a new one")]
    AlreadyExists,
    /// It is closed or cancelled and takes no work.
    #[error("the consultation is {}; reopen it first", .status.as_str())]
    Closed {
        /// Closed or cancelled.
        status: Status,
    },
    /// It went into another one.
    #[error("the consultation was merged into {into}; continue there, or unmerge it first")]
    Merged {
        /// The other one.
        into: ConsultationId,
    },
    /// The lifecycle has no such step from here.
    #[error("cannot {verb} a consultation that is {}; it must be {}", .from.as_str(), names(.allowed))]
    IllegalTransition {
        /// The status that it has.
        from: Status,
        /// What was asked, as an English verb.
        verb: &'static str,
        /// The statuses that allow it.
        allowed: &'static [Status],
    },
    /// There is no merge to take back.
    #[error("the consultation is not merged into another one; there is nothing to take back")]
    NotMerged,
    /// A merge into itself.
    #[error("a consultation cannot be merged into itself; name another one")]
    MergeIntoItself,
    /// A message to the client in the client's own name.
    #[error(
        "a message to the client is written by a manager, a bot or the system; record the client's own as received"
    )]
    ClientCannotSend,
    /// There is no promised time that could move.
    #[error("no time is appointed; appoint one first")]
    NotAppointed,
    /// Another time is promised and has not passed.
    #[error("the consultation is appointed for {at}; redate it to move that time")]
    AlreadyAppointed {
        /// The promised time.
        at: DateTime<Utc>,
    },
    /// A move to where it is.
    #[error("the consultation is appointed for exactly this time; choose another one")]
    SameTime,
    /// A call that serves a redate which never was.
    #[error("the consultation has no redate {redate_id}; name one of its own or none")]
    UnknownRedate {
        /// The redate named.
        redate_id: RedateId,
    },
    /// A talk in a call that nobody answered.
    #[error("only an answered call has a duration; leave it out or set the outcome to ANSWERED")]
    DurationWithoutAnswer,
    /// Another handover is open.
    #[error("handover {handover_id} is open; resolve, return or expire it before the next one")]
    HandoverAlreadyOpen {
        /// The open one.
        handover_id: HandoverId,
    },
    /// There never was such a handover.
    #[error("the consultation has no handover {handover_id}; request it first")]
    UnknownHandover {
        /// The handover named.
        handover_id: HandoverId,
    },
    /// The handover is over.
    #[error("handover {handover_id} is over; request a new one")]
    HandoverNotOpen {
        /// The handover named.
        handover_id: HandoverId,
    },
    /// Somebody has taken over.
    #[error("manager {by} has accepted the handover; it can only be resolved or returned")]
    HandoverAlreadyAccepted {
        /// Who took over.
        by: ManagerId,
    },
    /// Nobody has taken over yet.
    #[error("nobody has accepted the handover; it must be accepted first")]
    HandoverNotAccepted,
    /// Nobody was asked.
    #[error("the handover is not offered to this manager; there is nothing to decline")]
    HandoverNotOffered,
    /// Somebody else was asked.
    #[error("the handover is offered to manager {to}; offer it anew to ask another one")]
    HandoverOfferedToAnother {
        /// Who was asked.
        to: ManagerId,
    },
    /// The offer has not run out.
    #[error("the handover is offered until {until}; it cannot expire before")]
    OfferStillStands {
        /// When it runs out.
        until: DateTime<Utc>,
    },
    /// There is nothing to rate yet, or no longer.
    #[error("a consultation that is {} cannot be rated; it must be RESOLVED or CLOSED", .status.as_str())]
    RatingNotAllowed {
        /// The status that it has.
        status: Status,
    },
    /// The resolution was rated.
    #[error("the resolution was rated already as {rating_id}; revise that rating")]
    AlreadyRated {
        /// The rating that counts.
        rating_id: RatingId,
    },
    /// There is no such rating to revise.
    #[error("rating {rating_id} was not submitted; submit it first")]
    UnknownRating {
        /// The rating named.
        rating_id: RatingId,
    },
    /// The input breaks a limit.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
}

impl Rejection for ConsultationRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "consultation_not_found",
            Self::AlreadyExists => "consultation_already_exists",
            Self::Closed { .. } => "consultation_closed",
            Self::Merged { .. } => "consultation_merged",
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::NotMerged => "not_merged",
            Self::MergeIntoItself => "merge_into_itself",
            Self::ClientCannotSend => "client_cannot_send",
            Self::NotAppointed => "not_appointed",
            Self::AlreadyAppointed { .. } => "already_appointed",
            Self::SameTime => "same_time",
            Self::UnknownRedate { .. } => "unknown_redate",
            Self::DurationWithoutAnswer => "duration_without_answer",
            Self::HandoverAlreadyOpen { .. } => "handover_already_open",
            Self::UnknownHandover { .. } => "unknown_handover",
            Self::HandoverNotOpen { .. } => "handover_not_open",
            Self::HandoverAlreadyAccepted { .. } => "handover_already_accepted",
            Self::HandoverNotAccepted => "handover_not_accepted",
            Self::HandoverNotOffered => "handover_not_offered",
            Self::HandoverOfferedToAnother { .. } => "handover_offered_to_another",
            Self::OfferStillStands { .. } => "offer_still_stands",
            Self::RatingNotAllowed { .. } => "rating_not_allowed",
            Self::AlreadyRated { .. } => "already_rated",
            Self::UnknownRating { .. } => "unknown_rating",
            Self::Invalid(input) => input.code(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::MergeIntoItself => Some("into"),
            Self::ClientCannotSend => Some("author"),
            Self::AlreadyAppointed { .. } => Some("appointed_for"),
            Self::SameTime => Some("to"),
            Self::UnknownRedate { .. } => Some("redate_id"),
            Self::DurationWithoutAnswer => Some("duration_seconds"),
            Self::UnknownHandover { .. } | Self::HandoverNotOpen { .. } => Some("handover_id"),
            Self::HandoverNotOffered | Self::HandoverOfferedToAnother { .. } => Some("manager_id"),
            Self::AlreadyRated { .. } | Self::UnknownRating { .. } => Some("rating_id"),
            Self::Invalid(input) => Some(input.field()),
            Self::NotFound
            | Self::AlreadyExists
            | Self::Closed { .. }
            | Self::Merged { .. }
            | Self::IllegalTransition { .. }
            | Self::NotMerged
            | Self::NotAppointed
            | Self::HandoverAlreadyOpen { .. }
            | Self::HandoverAlreadyAccepted { .. }
            | Self::HandoverNotAccepted
            | Self::OfferStillStands { .. }
            | Self::RatingNotAllowed { .. } => None,
        }
    }
}

/// Statuses as a list in words: `QUEUED, IN_PROGRESS or ON_HOLD`.
fn names(statuses: &[Status]) -> String {
    let names: Vec<_> = statuses.iter().map(|status| status.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
