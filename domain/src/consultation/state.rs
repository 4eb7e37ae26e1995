//! What the rules of a consultation need to remember, and how events change it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    Attributes, CatalogReference, ConsultationEvent as Event, ConsultationRejection as Rejection,
    ExternalReference, Priority, Status, handover::Handovers, lifecycle::Lifecycle, rating::Ratings,
};
use crate::{
    id::{CallId, ClientId, ConsultationId, HandoverId, ManagerId, MessageId, NoteId, RedateId},
    personal::Personal,
    service_level::{ClockKind, Stage},
};

/// What the rules of a consultation need to remember. Of messages, notes and calls only the ids are kept, so
/// that a consultation with thousands of them stays small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsultationState {
    pub(super) lifecycle: Lifecycle,
    pub(super) merged_into: Option<ConsultationId>,
    pub(super) client_id: Option<ClientId>,
    pub(super) topic: Option<Personal<String>>,
    pub(super) description: Option<Personal<String>>,
    pub(super) language: Option<String>,
    pub(super) catalog: Vec<CatalogReference>,
    pub(super) priority: Priority,
    pub(super) tags: BTreeSet<String>,
    pub(super) attributes: Attributes,
    pub(super) references: BTreeSet<ExternalReference>,
    pub(super) assignee: Option<ManagerId>,
    pub(super) team: Option<String>,
    pub(super) messages: BTreeSet<MessageId>,
    /// Whether a person, not a bot, has written to the client.
    pub(super) responded: bool,
    pub(super) notes: BTreeSet<NoteId>,
    pub(super) appointed_for: Option<DateTime<Utc>>,
    pub(super) appointed_until: Option<DateTime<Utc>>,
    pub(super) redates: BTreeSet<RedateId>,
    pub(super) calls: BTreeSet<CallId>,
    pub(super) handovers: Handovers,
    pub(super) ratings: Ratings,
    /// What was told of which clock.
    pub(super) announced: BTreeSet<(Stage, ClockKind, u32)>,
}

/// What others may ask.
impl ConsultationState {
    /// Its status; none before it is opened. A merged consultation keeps the status that it had.
    pub const fn status(&self) -> Option<Status> {
        self.lifecycle.status()
    }

    /// Whether somebody still has work with it.
    pub fn is_open(&self) -> bool {
        self.merged_into.is_none() && self.status().is_some_and(Status::is_open)
    }

    /// Who asks, once known.
    pub const fn client_id(&self) -> Option<ClientId> {
        self.client_id
    }

    /// Who holds it.
    pub const fn assignee(&self) -> Option<ManagerId> {
        self.assignee
    }

    /// Where it was merged into.
    pub const fn merged_into(&self) -> Option<ConsultationId> {
        self.merged_into
    }

    /// The handover that is open.
    pub fn open_handover(&self) -> Option<HandoverId> {
        self.handovers.open_id()
    }

    /// The promised time, or the start of the promised window.
    pub const fn appointed_for(&self) -> Option<DateTime<Utc>> {
        self.appointed_for
    }
}

/// Guards that the rules share; each answers the status where it lets pass.
impl ConsultationState {
    /// It was opened.
    pub(super) fn opened(&self) -> Result<Status, Rejection> {
        self.status().ok_or(Rejection::NotFound)
    }

    /// It carries on under its own id.
    pub(super) fn unmerged(&self) -> Result<Status, Rejection> {
        let status = self.opened()?;
        match self.merged_into {
            None => Ok(status),
            Some(into) => Err(Rejection::Merged { into }),
        }
    }

    /// It takes work: neither merged nor closed nor cancelled.
    pub(super) fn workable(&self) -> Result<Status, Rejection> {
        match self.unmerged()? {
            status @ (Status::Closed | Status::Cancelled) => Err(Rejection::Closed { status }),
            status => Ok(status),
        }
    }

    /// The lifecycle allows the step from here.
    pub(super) fn transition(
        &self,
        verb: &'static str,
        allowed: &'static [Status],
    ) -> Result<Status, Rejection> {
        let from = self.unmerged()?;
        if allowed.contains(&from) {
            return Ok(from);
        }
        self.workable()?;
        Err(Rejection::IllegalTransition { from, verb, allowed })
    }
}

impl ConsultationState {
    /// The state after the event. Total: the log is the truth, also where today's rules would refuse it.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        self.lifecycle = self.lifecycle.evolve(event);
        self.handovers.evolve(event);
        self.ratings.evolve(event);
        match event {
            Event::ConsultationOpened(opened) => self.open(opened),
            Event::DetailsChanged(changed) => self.change_details(changed),
            Event::PriorityChanged(changed) => self.priority = changed.to,
            Event::TagsChanged(changed) => {
                self.tags.retain(|tag| !changed.removed.contains(tag));
                self.tags.extend(changed.added.iter().cloned());
            }
            Event::CustomAttributesChanged(changed) => {
                self.attributes.retain(|key, _| !changed.removed.contains(key));
                self.attributes.extend(changed.set.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            Event::Assigned(assigned) => {
                self.assignee = assigned.assignee;
                self.team.clone_from(&assigned.team);
            }
            Event::Unassigned(_) => self.assignee = None,
            Event::MessageReceived(received) => _ = self.messages.insert(received.message_id),
            Event::MessageSent(sent) => {
                self.messages.insert(sent.message_id);
                self.responded |= sent.author.is_manager();
            }
            Event::NoteAdded(added) => _ = self.notes.insert(added.note_id),
            Event::Appointed(appointed) => {
                self.appointed_for = Some(appointed.appointed_for);
                self.appointed_until = Some(appointed.appointed_until);
            }
            Event::Redated(redated) => {
                self.redates.insert(redated.redate_id);
                self.appointed_for = Some(redated.to);
                self.appointed_until = Some(redated.until(self.appointed_until));
            }
            Event::CallLogged(call) => _ = self.calls.insert(call.call_id),
            Event::ExternalReferenceLinked(linked) => _ = self.references.insert(linked.reference.clone()),
            Event::Merged(merged) => self.merged_into = Some(merged.into),
            Event::Unmerged(_) => self.merged_into = None,
            Event::ServiceLevelWarned(warned) => {
                self.announced.insert((Stage::Warn, warned.clock, warned.number));
            }
            Event::ServiceLevelBreached(breached) => {
                self.announced.insert((Stage::Breach, breached.clock, breached.number));
            }
            // The lifecycle, the handovers and the ratings have taken theirs above; facts change nothing.
            Event::Started(_)
            | Event::WaitingForClientStarted(_)
            | Event::PutOnHold(_)
            | Event::Resumed(_)
            | Event::Resolved(_)
            | Event::Reopened(_)
            | Event::Closed(_)
            | Event::Cancelled(_)
            | Event::HandoverRequested(_)
            | Event::HandoverOffered(_)
            | Event::HandoverAccepted(_)
            | Event::HandoverDeclined(_)
            | Event::HandoverExpired(_)
            | Event::HandoverResolved(_)
            | Event::HandoverReturned(_)
            | Event::RatingRequested(_)
            | Event::RatingSubmitted(_)
            | Event::RatingRevised(_)
            | Event::FactImported(_) => {}
        }
        self
    }

    fn open(&mut self, opened: &super::ConsultationOpened) {
        self.client_id = opened.client_id;
        self.topic = Some(opened.topic.clone());
        self.description.clone_from(&opened.description);
        self.language.clone_from(&opened.language);
        self.catalog.clone_from(&opened.catalog);
        self.priority = opened.priority;
        self.tags = opened.tags.iter().cloned().collect();
        self.attributes.clone_from(&opened.attributes);
        self.team.clone_from(&opened.team);
    }

    fn change_details(&mut self, changed: &super::DetailsChanged) {
        self.client_id = changed.client_id.or(self.client_id);
        if changed.topic.is_some() {
            self.topic.clone_from(&changed.topic);
        }
        if changed.description.is_some() {
            self.description.clone_from(&changed.description);
        }
        if changed.language.is_some() {
            self.language.clone_from(&changed.language);
        }
        if let Some(catalog) = &changed.catalog {
            self.catalog.clone_from(catalog);
        }
    }
}
