//! What can happen to a client. Wire names are permanent.

use serde::{Deserialize, Serialize};

use super::value::{ClientKind, Contact};
use crate::{consultation::ExternalReference, id::PersonId, personal::Personal};

use crate::{
    event::{DomainEvent, Event},
    stream::StreamType,
};

/// Any event of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ClientEvent {
    ClientRegistered(ClientRegistered),
    ClientDetailsChanged(ClientDetailsChanged),
    ContactsChanged(ContactsChanged),
    ClientReferenceLinked(ClientReferenceLinked),
    PersonErased(PersonErased),
}

impl DomainEvent for ClientEvent {
    const STREAM_TYPE: StreamType = StreamType::Client;

    const SCHEMAS: &'static [(&'static str, u16)] = &[
        ("ClientRegistered", 1),
        ("ClientDetailsChanged", 1),
        ("ContactsChanged", 1),
        ("ClientReferenceLinked", 1),
        ("PersonErased", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::ClientRegistered(_) => "ClientRegistered",
            Self::ClientDetailsChanged(_) => "ClientDetailsChanged",
            Self::ContactsChanged(_) => "ContactsChanged",
            Self::ClientReferenceLinked(_) => "ClientReferenceLinked",
            Self::PersonErased(_) => "PersonErased",
        }
    }
    fn of(event: &Event) -> Option<&Self> {
        match event {
            Event::Client(event) => Some(event),
            _ => None,
        }
    }
}

impl From<ClientEvent> for Event {
    fn from(event: ClientEvent) -> Self {
        Self::Client(event)
    }
}

/// A client became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRegistered {
    /// Person or organisation.
    pub kind: ClientKind,
    /// The name.
    pub name: Personal<String>,
    /// The company, for a person who asks on its behalf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Personal<String>>,
    /// Ways to reach the client.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The same client in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ExternalReference>,
}

/// Name, company or language changed; only what changed is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientDetailsChanged {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
    /// The new company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Personal<String>>,
    /// The new language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// The ways to reach the client, as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsChanged {
    /// All of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// The same client in another system became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientReferenceLinked {
    /// Where.
    pub reference: ExternalReference,
}

/// The client asked to be forgotten: the keys of these persons are destroyed, what they sealed is gone for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    /// The client, and the consultations that it opened before it was known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonId>,
}
