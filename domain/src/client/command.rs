//! What may be asked of a client.

use super::value::{ClientKind, NewContact};
use crate::{consultation::ExternalReference, id::PersonId};

/// Any command to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum ClientCommand {
    RegisterClient(RegisterClient),
    ChangeClientDetails(ChangeClientDetails),
    ChangeContacts(ChangeContacts),
    LinkClientReference(LinkClientReference),
    ErasePerson(ErasePerson),
}

/// Registers a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterClient {
    /// Person or organisation.
    pub kind: ClientKind,
    /// The name.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// Ways to reach the client.
    pub contacts: Vec<NewContact>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The same client in other systems.
    pub references: Vec<ExternalReference>,
}

/// Changes name, company or language; `None` leaves a field, an empty company takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeClientDetails {
    /// The new name.
    pub name: Option<String>,
    /// The new company.
    pub company: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
}

/// Replaces the ways to reach the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeContacts {
    /// All of them.
    pub contacts: Vec<NewContact>,
}

/// Links the same client in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkClientReference {
    /// Where.
    pub reference: ExternalReference,
}

/// Erases the client: records it; whoever executes the command destroys the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasePerson {
    /// The client itself, whose id the rules do not know otherwise, and the consultations that it opened before
    /// it was known.
    pub persons: Vec<PersonId>,
}
