//! What can happen to a consultation. Wire names and meanings are permanent; a changed shape is a new schema
//! version with an upcaster.
//!
//! Events carry what a reader needs to understand them alone (the assignee at the time, what it was before),
//! so that a projection never has to look into another row.

use serde::{Deserialize, Serialize};

use super::{
    Appointed, Assigned, CallLogged, Cancelled, Closed, ConsultationOpened, CustomAttributesChanged,
    DetailsChanged, ExternalReferenceLinked, FactImported, HandoverAccepted, HandoverDeclined,
    HandoverExpired, HandoverOffered, HandoverRequested, HandoverResolved, HandoverReturned, Merged,
    MessageReceived, MessageSent, NoteAdded, PriorityChanged, PutOnHold, RatingRequested, RatingRevised,
    RatingSubmitted, Redated, Reopened, Resolved, Resumed, ServiceLevelBreached, ServiceLevelWarned, Started,
    TagsChanged, Unassigned, Unmerged, WaitingForClientStarted,
};
use crate::{
    event::{DomainEvent, Event},
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
    ServiceLevelWarned(ServiceLevelWarned),
    ServiceLevelBreached(ServiceLevelBreached),
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
        ("Appointed", 2),
        ("Redated", 1),
        ("CallLogged", 2),
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
        ("ServiceLevelWarned", 1),
        ("ServiceLevelBreached", 1),
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
            Self::ServiceLevelWarned(_) => "ServiceLevelWarned",
            Self::ServiceLevelBreached(_) => "ServiceLevelBreached",
        }
    }
    fn of(event: &Event) -> Option<&Self> {
        match event {
            Event::Consultation(event) => Some(event),
            _ => None,
        }
    }
}

impl From<ConsultationEvent> for Event {
    fn from(event: ConsultationEvent) -> Self {
        Self::Consultation(event)
    }
}
