//! What the rules of a client need to remember, and how events change it.

use std::collections::BTreeSet;

use super::{ClientEvent as Event, ClientRejection as Rejection, Contact};
use crate::{consultation::ExternalReference, personal::Personal};

/// What the rules of a client need to remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientState {
    pub(super) standing: Standing,
    pub(super) name: Option<Personal<String>>,
    pub(super) company: Option<Personal<String>>,
    pub(super) contacts: Vec<Contact>,
    pub(super) language: Option<String>,
    pub(super) references: BTreeSet<ExternalReference>,
}

/// Where a client stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing happened yet.
    #[default]
    Unregistered,
    Registered,
    Erased,
}

impl ClientState {
    /// It is there to be changed.
    pub(super) fn registered(&self) -> Result<(), Rejection> {
        match self.standing {
            Standing::Unregistered => Err(Rejection::NotFound),
            Standing::Registered => Ok(()),
            Standing::Erased => Err(Rejection::Erased),
        }
    }

    /// The state after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::ClientRegistered(registered) => {
                self.standing = Standing::Registered;
                self.name = Some(registered.name.clone());
                self.company.clone_from(&registered.company);
                self.contacts.clone_from(&registered.contacts);
                self.language.clone_from(&registered.language);
                self.references = registered.references.iter().cloned().collect();
            }
            Event::ClientDetailsChanged(changed) => {
                if changed.name.is_some() {
                    self.name.clone_from(&changed.name);
                }
                if changed.company.is_some() {
                    self.company.clone_from(&changed.company);
                }
                if changed.language.is_some() {
                    self.language.clone_from(&changed.language);
                }
            }
            Event::ContactsChanged(changed) => self.contacts.clone_from(&changed.contacts),
            Event::ClientReferenceLinked(linked) => _ = self.references.insert(linked.reference.clone()),
            // What was personal is not kept a moment longer, in memory either.
            Event::PersonErased(_) => return Self { standing: Standing::Erased, ..Self::default() },
        }
        self
    }
}
