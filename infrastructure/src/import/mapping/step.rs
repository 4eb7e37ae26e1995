//! What a row can mean.

/// One thing that a row means for its consultation. The strict ones are commands of the domain; the adaptive ones take the
/// legal way to where the source says that the consultation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Step {
    /// Work begins.
    Start,
    /// Somebody becomes responsible.
    Assign,
    /// A team becomes responsible.
    Team,
    /// Nobody is responsible any more.
    Unassign,
    /// The client has the turn.
    Wait,
    /// It waits for something else.
    Hold,
    /// Back to work.
    Resume,
    /// Answered.
    Resolve,
    /// Done.
    Close,
    /// Called off.
    Cancel,
    /// Taken up again.
    Reopen,
    /// The client wrote.
    Receive,
    /// We wrote.
    Send,
    /// Somebody noted something.
    Note,
    /// A time is promised, or moved.
    Appoint,
    /// A call was attempted.
    Call,
    /// The client rated.
    Rate,
    /// Somebody asks that another one takes over.
    Escalate,
    /// Adaptive: it waits in a team's queue.
    Enqueue,
    /// Adaptive: a team, and whom the row names, becomes responsible.
    Route,
    /// Adaptive: the person takes it and works on it.
    Take,
    /// Adaptive: it is in work.
    Work,
    /// Adaptive: resolved and closed.
    Finish,
    /// Kept as a fact.
    Fact,
}

impl Step {
    /// Every step with its name in a mapping file.
    pub(super) const NAMES: [(Self, &'static str); 24] = [
        (Self::Start, "start"),
        (Self::Assign, "assign"),
        (Self::Team, "team"),
        (Self::Unassign, "unassign"),
        (Self::Wait, "wait"),
        (Self::Hold, "hold"),
        (Self::Resume, "resume"),
        (Self::Resolve, "resolve"),
        (Self::Close, "close"),
        (Self::Cancel, "cancel"),
        (Self::Reopen, "reopen"),
        (Self::Receive, "receive"),
        (Self::Send, "send"),
        (Self::Note, "note"),
        (Self::Appoint, "appoint"),
        (Self::Call, "call"),
        (Self::Rate, "rate"),
        (Self::Escalate, "escalate"),
        (Self::Enqueue, "enqueue"),
        (Self::Route, "route"),
        (Self::Take, "take"),
        (Self::Work, "work"),
        (Self::Finish, "finish"),
        (Self::Fact, "fact"),
    ];

    /// The step of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(step, _)| *step)
    }

    /// Whether it is work that an ended consultation does not take.
    pub(in crate::import) const fn is_work(self) -> bool {
        matches!(
            self,
            Self::Start
                | Self::Wait
                | Self::Hold
                | Self::Resume
                | Self::Escalate
                | Self::Enqueue
                | Self::Take
                | Self::Work
        )
    }
}
