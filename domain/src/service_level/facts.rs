//! What clocks want to know of a consultation.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ClockKind, Stage};
use crate::{
    consultation::{
        CallDirection, CallOutcome, CatalogReference, Channel, ConsultationEvent as Event,
        ConsultationOpened, Party, Priority, ReopenTo, Status,
    },
    event::Recorded,
    id::ClientId,
};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) at: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) version: i32,
    pub(super) what: What,
}

/// What happened, as far as clocks care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The client asked.
    Opened(Opening),
    /// It is so urgent from here on.
    Priority(Priority),
    /// Who asks or what it is about became known.
    Details {
        /// Who asks; as before if nothing is said.
        client: Option<ClientId>,
        /// What it is about; as before if nothing is said.
        topics: Option<Vec<CatalogReference>>,
    },
    /// It has other tags.
    Tags {
        /// New ones.
        added: Vec<String>,
        /// Those that it has no more.
        removed: Vec<String>,
    },
    /// It entered a status.
    Status(Status),
    /// It went into another one.
    Merged,
    /// The merge was taken back, and it has this status.
    Unmerged(Status),
    /// The client wrote.
    ClientWrote,
    /// A manager wrote to the client.
    PersonWrote,
    /// A bot wrote to the client.
    BotWrote,
    /// A handover was asked for.
    HandoverRequested(Uuid),
    /// It was offered to somebody.
    HandoverOffered {
        /// Which.
        handover: Uuid,
        /// Until when the offer stands, by itself.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Whoever it was offered to declined.
    HandoverDeclined(Uuid),
    /// Somebody took it.
    HandoverAccepted(Uuid),
    /// It expired, was resolved or returned.
    HandoverEnded(Uuid),
    /// A time was promised.
    Promised {
        /// The beginning of the window.
        from: DateTime<Utc>,
        /// Its end.
        until: DateTime<Utc>,
    },
    /// A call was attempted.
    Called {
        /// We called the client.
        outbound: bool,
        /// How it ended.
        outcome: CallOutcome,
    },
    /// A warning or a breach was told.
    Announced {
        /// Which of the two.
        stage: Stage,
        /// Of which clock.
        clock: ClockKind,
        /// Which of its kind.
        number: u32,
    },
}

/// What rules look at in a consultation when it is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// How urgent.
    #[serde(rename = "p", default)]
    pub priority: Priority,
    /// Where it came in.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Who asks.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// What it is about, by the catalogs.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<CatalogReference>,
    /// Its tags.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl Opening {
    /// Of this event.
    pub fn of(opened: &ConsultationOpened) -> Self {
        Self {
            priority: opened.priority,
            channel: Some(opened.channel),
            client: opened.client_id,
            topics: opened.catalog.clone(),
            tags: opened.tags.clone(),
        }
    }
}

/// What happened to one consultation, as far as clocks care, in the order in which it was recorded.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    past: Vec<Fact>,
    version: i32,
    promised_until: Option<DateTime<Utc>>,
}

impl Facts {
    /// The version of the last event taken in; 0 before the first.
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// What is remembered of them, in facts: for whoever bounds how much that may be.
    pub fn len(&self) -> usize {
        self.past.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.past.is_empty()
    }

    /// Takes the next event in. One that was taken in before changes nothing.
    pub fn push(&mut self, recorded: &Recorded) {
        let crate::event::Event::Consultation(event) = &recorded.event else { return };
        let version = recorded.version.0;
        if version <= self.version {
            return;
        }
        self.version = version;
        let mut at = recorded.occurred_at;
        if let Event::CallLogged(call) = event {
            at = call.started_at;
        }
        if let Some(what) = self.what(event) {
            self.past.push(Fact { at, recorded_at: recorded.recorded_at, version, what });
        }
    }

    /// Takes in what is known from elsewhere than the log itself: what happened when, and the event's version. For
    /// what was rather than for what is ahead, since it does not say when the log learned of it.
    pub fn take(&mut self, at: DateTime<Utc>, version: i32, what: What) {
        self.version = self.version.max(version);
        self.past.push(Fact { at, recorded_at: at, version, what });
    }

    /// In the order in which it happened. Nothing happens before the opening: what a source dates earlier counts
    /// from there.
    pub(super) fn in_order(&self) -> Vec<Fact> {
        let opened = self.past.iter().find(|fact| matches!(fact.what, What::Opened(_)));
        let Some(opened) = opened.map(|fact| fact.at) else { return vec![] };
        let mut facts = self.past.clone();
        for fact in &mut facts {
            fact.at = fact.at.max(opened);
        }
        facts.sort_by_key(|fact| (fact.at, !matches!(fact.what, What::Opened(_)), fact.version));
        facts
    }

    fn what(&mut self, event: &Event) -> Option<What> {
        Some(match event {
            Event::ConsultationOpened(opened) => What::Opened(Opening::of(opened)),
            Event::PriorityChanged(changed) => What::Priority(changed.to),
            Event::DetailsChanged(changed) if changed.client_id.is_some() || changed.catalog.is_some() => {
                What::Details { client: changed.client_id, topics: changed.catalog.clone() }
            }
            Event::TagsChanged(changed) => {
                What::Tags { added: changed.added.clone(), removed: changed.removed.clone() }
            }
            Event::Started(_) | Event::Resumed(_) => What::Status(Status::InProgress),
            Event::WaitingForClientStarted(_) => What::Status(Status::WaitingForClient),
            Event::PutOnHold(_) => What::Status(Status::OnHold),
            Event::Resolved(_) => What::Status(Status::Resolved),
            Event::Reopened(reopened) => What::Status(match reopened.to {
                ReopenTo::Queued => Status::Queued,
                ReopenTo::InProgress => Status::InProgress,
            }),
            Event::Closed(_) => What::Status(Status::Closed),
            Event::Cancelled(_) => What::Status(Status::Cancelled),
            Event::Merged(_) => What::Merged,
            Event::Unmerged(unmerged) => What::Unmerged(unmerged.status),
            Event::MessageReceived(_) => What::ClientWrote,
            Event::MessageSent(sent) => match sent.author {
                Party::Manager(_) => What::PersonWrote,
                Party::Bot => What::BotWrote,
                Party::Client(_) | Party::System => return None,
            },
            Event::Appointed(appointed) => self.promised(appointed.appointed_for, appointed.appointed_until),
            Event::Redated(redated) => self.promised(redated.to, redated.until(self.promised_until)),
            Event::CallLogged(call) => {
                What::Called { outbound: call.direction == CallDirection::Outbound, outcome: call.outcome }
            }
            Event::HandoverRequested(requested) => What::HandoverRequested(requested.handover_id.uuid()),
            Event::HandoverOffered(offered) => {
                What::HandoverOffered { handover: offered.handover_id.uuid(), expires_at: offered.expires_at }
            }
            Event::HandoverDeclined(declined) => What::HandoverDeclined(declined.handover_id.uuid()),
            Event::HandoverAccepted(accepted) => What::HandoverAccepted(accepted.handover_id.uuid()),
            Event::HandoverExpired(expired) => What::HandoverEnded(expired.handover_id.uuid()),
            Event::HandoverResolved(resolved) => What::HandoverEnded(resolved.handover_id.uuid()),
            Event::HandoverReturned(returned) => What::HandoverEnded(returned.handover_id.uuid()),
            Event::ServiceLevelWarned(warned) => {
                What::Announced { stage: Stage::Warn, clock: warned.clock, number: warned.number }
            }
            Event::ServiceLevelBreached(breached) => {
                What::Announced { stage: Stage::Breach, clock: breached.clock, number: breached.number }
            }
            Event::DetailsChanged(_)
            | Event::CustomAttributesChanged(_)
            | Event::Assigned(_)
            | Event::Unassigned(_)
            | Event::NoteAdded(_)
            | Event::RatingRequested(_)
            | Event::RatingSubmitted(_)
            | Event::RatingRevised(_)
            | Event::ExternalReferenceLinked(_)
            | Event::FactImported(_) => return None,
        })
    }

    fn promised(&mut self, from: DateTime<Utc>, until: DateTime<Utc>) -> What {
        self.promised_until = Some(until);
        What::Promised { from, until }
    }
}
