//! What can happen to a consultation. Wire names and meanings are permanent; a changed shape is a new schema
//! version with an upcaster.
//!
//! Events carry what a reader needs to understand them alone (the assignee at the time, what it was before),
//! so that a projection never has to look into another row.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::value::{
    Attachment, Attributes, CallDirection, CallOutcome, CatalogReference, Channel, ExternalReference,
    HandoverOutcome, Party, Priority, RatingAnswer, ReopenTo, Status,
};
use crate::{
    event::{DomainEvent, Event},
    id::{CallId, ClientId, ConsultationId, HandoverId, ManagerId, MessageId, NoteId, RatingId, RedateId},
    personal::Personal,
    stream::StreamType,
};

/// Any event of a consultation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ConsultationEvent {
    ConsultationOpened(ConsultationOpened),
    DetailsChanged(DetailsChanged),
    PriorityChanged(PriorityChanged),
    TagsChanged(TagsChanged),
    CustomAttributesChanged(CustomAttributesChanged),
    Assigned(Assigned),
    Unassigned(Unassigned),
    Started(Started),
    WaitingForClientStarted(WaitingForClientStarted),
    PutOnHold(PutOnHold),
    Resumed(Resumed),
    Resolved(Resolved),
    Reopened(Reopened),
    Closed(Closed),
    Cancelled(Cancelled),
    MessageReceived(MessageReceived),
    MessageSent(MessageSent),
    NoteAdded(NoteAdded),
    Appointed(Appointed),
    Redated(Redated),
    CallLogged(CallLogged),
    HandoverRequested(HandoverRequested),
    HandoverOffered(HandoverOffered),
    HandoverAccepted(HandoverAccepted),
    HandoverDeclined(HandoverDeclined),
    HandoverExpired(HandoverExpired),
    HandoverResolved(HandoverResolved),
    HandoverReturned(HandoverReturned),
    RatingRequested(RatingRequested),
    RatingSubmitted(RatingSubmitted),
    RatingRevised(RatingRevised),
    ExternalReferenceLinked(ExternalReferenceLinked),
    Merged(Merged),
    Unmerged(Unmerged),
    FactImported(FactImported),
}

impl DomainEvent for ConsultationEvent {
    const STREAM_TYPE: StreamType = StreamType::Consultation;

    const SCHEMAS: &'static [(&'static str, u16)] = &[
        ("ConsultationOpened", 1),
        ("DetailsChanged", 1),
        ("PriorityChanged", 1),
        ("TagsChanged", 1),
        ("CustomAttributesChanged", 1),
        ("Assigned", 1),
        ("Unassigned", 1),
        ("Started", 1),
        ("WaitingForClientStarted", 1),
        ("PutOnHold", 1),
        ("Resumed", 1),
        ("Resolved", 1),
        ("Reopened", 1),
        ("Closed", 1),
        ("Cancelled", 1),
        ("MessageReceived", 1),
        ("MessageSent", 1),
        ("NoteAdded", 1),
        ("Appointed", 1),
        ("Redated", 1),
        ("CallLogged", 1),
        ("HandoverRequested", 1),
        ("HandoverOffered", 1),
        ("HandoverAccepted", 1),
        ("HandoverDeclined", 1),
        ("HandoverExpired", 1),
        ("HandoverResolved", 1),
        ("HandoverReturned", 1),
        ("RatingRequested", 1),
        ("RatingSubmitted", 1),
        ("RatingRevised", 1),
        ("ExternalReferenceLinked", 1),
        ("Merged", 1),
        ("Unmerged", 1),
        ("FactImported", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::ConsultationOpened(_) => "ConsultationOpened",
            Self::DetailsChanged(_) => "DetailsChanged",
            Self::PriorityChanged(_) => "PriorityChanged",
            Self::TagsChanged(_) => "TagsChanged",
            Self::CustomAttributesChanged(_) => "CustomAttributesChanged",
            Self::Assigned(_) => "Assigned",
            Self::Unassigned(_) => "Unassigned",
            Self::Started(_) => "Started",
            Self::WaitingForClientStarted(_) => "WaitingForClientStarted",
            Self::PutOnHold(_) => "PutOnHold",
            Self::Resumed(_) => "Resumed",
            Self::Resolved(_) => "Resolved",
            Self::Reopened(_) => "Reopened",
            Self::Closed(_) => "Closed",
            Self::Cancelled(_) => "Cancelled",
            Self::MessageReceived(_) => "MessageReceived",
            Self::MessageSent(_) => "MessageSent",
            Self::NoteAdded(_) => "NoteAdded",
            Self::Appointed(_) => "Appointed",
            Self::Redated(_) => "Redated",
            Self::CallLogged(_) => "CallLogged",
            Self::HandoverRequested(_) => "HandoverRequested",
            Self::HandoverOffered(_) => "HandoverOffered",
            Self::HandoverAccepted(_) => "HandoverAccepted",
            Self::HandoverDeclined(_) => "HandoverDeclined",
            Self::HandoverExpired(_) => "HandoverExpired",
            Self::HandoverResolved(_) => "HandoverResolved",
            Self::HandoverReturned(_) => "HandoverReturned",
            Self::RatingRequested(_) => "RatingRequested",
            Self::RatingSubmitted(_) => "RatingSubmitted",
            Self::RatingRevised(_) => "RatingRevised",
            Self::ExternalReferenceLinked(_) => "ExternalReferenceLinked",
            Self::Merged(_) => "Merged",
            Self::Unmerged(_) => "Unmerged",
            Self::FactImported(_) => "FactImported",
        }
    }
}

impl From<ConsultationEvent> for Event {
    fn from(event: ConsultationEvent) -> Self {
        Self::Consultation(event)
    }
}

/// Somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultationOpened {
    /// Who asks, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// What it is about, in a line.
    pub topic: Personal<String>,
    /// What was asked, at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<String>>,
    /// Where it came in.
    pub channel: Channel,
    /// How urgent.
    pub priority: Priority,
    /// The client's language, ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The team it is queued for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Its tags, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the catalogs say it is about, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalog: Vec<CatalogReference>,
    /// Custom attributes.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// Topic, description, client, language or catalog references changed; only what changed is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsChanged {
    /// The new topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Personal<String>>,
    /// The new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<String>>,
    /// The client, now known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The client before, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_client_id: Option<ClientId>,
    /// The new language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The new catalog references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Vec<CatalogReference>>,
    /// Whether the consultation was open then.
    pub is_open: bool,
}

/// It became more or less urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityChanged {
    /// Before.
    pub from: Priority,
    /// After.
    pub to: Priority,
}

/// Tags came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsChanged {
    /// Tags that came, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Tags that went, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// Custom attributes were set or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomAttributesChanged {
    /// New values.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub set: Attributes,
    /// Keys that went, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// A manager, a team or both became responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The manager after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// The team after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The manager before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_assignee: Option<ManagerId>,
    /// The team before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_team: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Whether the consultation was open then, so that it counts as the manager's load.
    pub is_open: bool,
}

/// The manager gave it back; the team stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassigned {
    /// The manager before.
    pub from_assignee: ManagerId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Whether the consultation was open then, so that it counted as the manager's load.
    pub is_open: bool,
}

/// Work began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// The status before.
    pub from: Status,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// The client has the turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingForClientStarted {
    /// The status before.
    pub from: Status,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Waits for something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOnHold {
    /// The status before.
    pub from: Status,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// When to look again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Back to work after waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// The status before.
    pub from: Status,
}

/// Answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The status before.
    pub from: Status,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Personal<String>>,
    /// The kind of resolution, by the workspace's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
    /// Who resolved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<ManagerId>,
}

/// Not done after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// The status before.
    pub from: Status,
    /// Where it continues.
    pub to: ReopenTo,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// Done for good, unless reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// Called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// The status before.
    pub from: Status,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// The client wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageReceived {
    /// Which message.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// The text.
    pub text: Personal<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

/// We wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageSent {
    /// Which message.
    pub message_id: MessageId,
    /// Where.
    pub channel: Channel,
    /// Who wrote: a manager, a bot or the system.
    pub author: Party,
    /// The text.
    pub text: Personal<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
    /// The accepted handover that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_id: Option<HandoverId>,
    /// The first message of a person (no bot) to the client.
    pub is_first_response: bool,
    /// The first message of a person within `handover_id`.
    pub is_handover_first_response: bool,
}

/// Somebody noted something, unseen by the client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// Which note.
    pub note_id: NoteId,
    /// Who.
    pub author: Party,
    /// The text.
    pub text: Personal<String>,
}

/// A time was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointed {
    /// The time.
    pub appointed_for: DateTime<Utc>,
    /// The time promised before, where this replaces one without moving it (a new promise after a kept one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<DateTime<Utc>>,
}

/// The promised time moved (перенос).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redated {
    /// Which move.
    pub redate_id: RedateId,
    /// The how-manieth move of this consultation, from 1.
    pub number: u32,
    /// The time before.
    pub from: DateTime<Utc>,
    /// The time after.
    pub to: DateTime<Utc>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Who wanted it.
    pub initiator: Party,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// A call was attempted (дозвон).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLogged {
    /// Which attempt.
    pub call_id: CallId,
    /// Which way.
    pub direction: CallDirection,
    /// How it ended.
    pub outcome: CallOutcome,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// How long it rang, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_seconds: Option<u32>,
    /// How long the two talked, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Who called or was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<ManagerId>,
    /// The client's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<String>>,
    /// Where the recording lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// The redate that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redate_id: Option<RedateId>,
    /// The how-manieth attempt of this consultation, from 1.
    pub attempt: u32,
}

/// Somebody asked that another one takes over (эскалация).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverRequested {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who asked.
    pub requested_by: Party,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// The team asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_team: Option<String>,
    /// The manager asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_manager: Option<ManagerId>,
    /// Who held the consultation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_assignee: Option<ManagerId>,
}

/// A manager was asked to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOffered {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who was asked.
    pub manager_id: ManagerId,
    /// When the offer ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A manager took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverAccepted {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who took over.
    pub manager_id: ManagerId,
}

/// The manager who was asked said no; the handover waits for the next offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverDeclined {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who said no.
    pub manager_id: ManagerId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Nobody took over in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverExpired {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Whose offer ran out, if one stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<ManagerId>,
}

/// What the handover was for is done, or fell away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverResolved {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Which of the two.
    pub outcome: HandoverOutcome,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<ManagerId>,
    /// Who had taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ManagerId>,
}

/// Given back to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverReturned {
    /// Which handover.
    pub handover_id: HandoverId,
    /// Who gave it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_by: Option<ManagerId>,
    /// Who had taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<ManagerId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// The client was asked to rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRequested {
    /// Which rating.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// Where the client was asked.
    pub channel: Channel,
    /// Who held the consultation when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<ManagerId>,
}

/// The client rated (оценка).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSubmitted {
    /// Which rating.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// The answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<RatingAnswer>,
    /// Who held the consultation when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<ManagerId>,
}

/// The client changed the rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRevised {
    /// Which rating.
    pub rating_id: RatingId,
    /// All answers, as they are now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<RatingAnswer>,
    /// The how-manieth revision, from 1.
    pub revision: u32,
}

/// The same thing in another system became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReferenceLinked {
    /// Where.
    pub reference: ExternalReference,
}

/// This consultation went into another one; that one carries on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The other one.
    pub into: ConsultationId,
    /// The status before.
    pub from: Status,
    /// Who held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// The merge was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmerged {
    /// The other one.
    pub from: ConsultationId,
    /// The status it has again.
    pub status: Status,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<ManagerId>,
}

/// A fact of another system that today's rules would refuse, or that changes nothing here, kept as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactImported {
    /// What the source calls it.
    pub activity: String,
    /// The status there, in the source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why it is kept as a fact: the code of the refusal, or `no_change`.
    pub code: String,
    /// Who did it, if the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<ManagerId>,
    /// The team there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Further columns that the mapping kept.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}
