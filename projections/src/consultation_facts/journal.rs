//! What happened to a consultation, as far as anything is measured in it, in the order in which it happened.

use chrono::{DateTime, SubsecRound as _, Utc};
use ledgerdesk_domain::{
    consultation::{
        CallDirection, CallOutcome, CatalogReference, ConsultationEvent as E, Party, Priority, ReopenTo,
        Status,
    },
    context::ActorKind,
    event::Recorded,
    id::{ClientId, ManagerId},
    service_level::Opening,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::party;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When; what is dated before the opening happened at the opening.
    #[serde(rename = "a")]
    pub at: DateTime<Utc>,
    /// The event's place in its stream, which orders what happened at the same time.
    #[serde(rename = "v")]
    pub version: i32,
    /// Its place in the log.
    #[serde(rename = "p")]
    pub position: i64,
    /// What.
    #[serde(rename = "k")]
    pub what: Happening,
}

/// What can happen. The stored names are short, because every row has many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happening {
    /// The client wrote.
    #[serde(rename = "w")]
    Wrote,
    /// We wrote: a manager, or a program that is no bot.
    #[serde(rename = "r")]
    Replied(Option<ManagerId>),
    /// A bot wrote to the client.
    #[serde(rename = "b")]
    BotReplied,
    /// It entered a stage.
    #[serde(rename = "s")]
    Entered(Status),
    /// It was opened again, into this stage.
    #[serde(rename = "o")]
    Reopened(Status),
    /// The merge was taken back, and it has this stage again.
    #[serde(rename = "n")]
    Unmerged(Status),
    /// It went into another one and has no life of its own from here on.
    #[serde(rename = "m")]
    Merged,
    /// Who holds it from here on.
    #[serde(rename = "h")]
    Held(Option<ManagerId>, Option<String>),
    /// The manager gave it back; the team stays.
    #[serde(rename = "u")]
    Released,
    /// A time was promised, up to its end.
    #[serde(rename = "t")]
    Promised(DateTime<Utc>, DateTime<Utc>),
    /// The promised time moved: from, to, and who wanted it.
    #[serde(rename = "d")]
    Moved(DateTime<Utc>, DateTime<Utc>, ActorKind),
    /// A call was attempted.
    #[serde(rename = "c")]
    Called {
        /// We called the client.
        #[serde(rename = "o")]
        outbound: bool,
        /// The two talked.
        #[serde(rename = "a")]
        answered: bool,
        /// It did not come about: a fault of the line.
        #[serde(rename = "f", default, skip_serializing_if = "is_false")]
        failed: bool,
        /// Who of us.
        #[serde(rename = "b")]
        by: Option<ManagerId>,
    },
    /// The client asked. The rules of service levels look at it, as at what follows here.
    #[serde(rename = "z")]
    Opened(Box<Opening>),
    /// It is so urgent from here on.
    #[serde(rename = "p")]
    Prioritised(Priority),
    /// Who asks, and what it is about: as before where nothing is said.
    #[serde(rename = "e")]
    Detailed(Option<ClientId>, Option<Vec<CatalogReference>>),
    /// Tags that came, and tags that went.
    #[serde(rename = "g")]
    Tagged(Vec<String>, Vec<String>),
    /// A handover was asked for.
    #[serde(rename = "q")]
    Asked(Uuid),
    /// It was taken.
    #[serde(rename = "y")]
    Taken(Uuid),
    /// It expired, was done, fell away or was given back.
    #[serde(rename = "x")]
    Over(Uuid),
}

impl Happening {
    /// Whether the measures of a row are made of it; if not, only the clocks of service levels are.
    pub(super) const fn is_measured(&self) -> bool {
        !matches!(
            self,
            Self::Opened(_)
                | Self::Prioritised(_)
                | Self::Detailed(..)
                | Self::Tagged(..)
                | Self::Asked(_)
                | Self::Taken(_)
                | Self::Over(_)
        )
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What the event is in a journal; nothing if neither measures nor clocks are made of it.
pub(super) fn step(event: &E, recorded: &Recorded, opened_at: DateTime<Utc>) -> Option<Step> {
    let what = happening(event)?;
    // A call is logged when it is over, and happened when it began to ring.
    let at = if let E::CallLogged(call) = event { call.started_at } else { recorded.occurred_at };
    Some(Step {
        at: at.trunc_subsecs(6).max(opened_at),
        version: recorded.version.0,
        position: recorded.position.0,
        what,
    })
}

fn happening(event: &E) -> Option<Happening> {
    Some(match event {
        E::MessageReceived(_) => Happening::Wrote,
        E::MessageSent(sent) => Happening::Replied(match sent.author {
            Party::Manager(manager) => Some(manager),
            Party::Bot => return Some(Happening::BotReplied),
            Party::Client(_) | Party::System => None,
        }),
        E::Started(_) | E::Resumed(_) => Happening::Entered(Status::InProgress),
        E::WaitingForClientStarted(_) => Happening::Entered(Status::WaitingForClient),
        E::PutOnHold(_) => Happening::Entered(Status::OnHold),
        E::Resolved(_) => Happening::Entered(Status::Resolved),
        E::Closed(_) => Happening::Entered(Status::Closed),
        E::Cancelled(_) => Happening::Entered(Status::Cancelled),
        E::Reopened(reopened) => Happening::Reopened(match reopened.to {
            ReopenTo::Queued => Status::Queued,
            ReopenTo::InProgress => Status::InProgress,
        }),
        E::Merged(_) => Happening::Merged,
        E::Unmerged(unmerged) => Happening::Unmerged(unmerged.status),
        E::Assigned(assigned) => Happening::Held(assigned.assignee, assigned.team.clone()),
        E::Unassigned(_) => Happening::Released,
        E::Appointed(appointed) => Happening::Promised(appointed.appointed_for, appointed.appointed_until),
        E::Redated(redated) => {
            Happening::Moved(redated.from, redated.to, party::columns(redated.initiator).0)
        }
        E::CallLogged(call) => Happening::Called {
            outbound: call.direction == CallDirection::Outbound,
            answered: call.outcome == CallOutcome::Answered,
            failed: call.outcome == CallOutcome::Failed,
            by: call.manager_id,
        },
        E::ConsultationOpened(opened) => Happening::Opened(Box::new(Opening::of(opened))),
        E::PriorityChanged(changed) => Happening::Prioritised(changed.to),
        E::DetailsChanged(changed) if changed.client_id.is_some() || changed.catalog.is_some() => {
            Happening::Detailed(changed.client_id, changed.catalog.clone())
        }
        E::TagsChanged(changed) => Happening::Tagged(changed.added.clone(), changed.removed.clone()),
        E::HandoverRequested(requested) => Happening::Asked(requested.handover_id.uuid()),
        E::HandoverAccepted(accepted) => Happening::Taken(accepted.handover_id.uuid()),
        E::HandoverExpired(expired) => Happening::Over(expired.handover_id.uuid()),
        E::HandoverResolved(resolved) => Happening::Over(resolved.handover_id.uuid()),
        E::HandoverReturned(returned) => Happening::Over(returned.handover_id.uuid()),
        _ => return None,
    })
}

/// Puts the step where it belongs. What is not late goes to the end.
pub(super) fn insert(journal: &mut Vec<Step>, step: Step) {
    let place = journal.partition_point(|earlier| (earlier.at, earlier.version) <= (step.at, step.version));
    journal.insert(place, step);
}
