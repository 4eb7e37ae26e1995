//! `linkManagerReference`: links the same person in another system.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{LinkManagerReference, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        input::ExternalReferenceInput,
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// Where.
#[derive(Debug, InputObject)]
pub(crate) struct LinkManagerReferenceInput {
    #[graphql(flatten)]
    on: OnManager,
    /// Where.
    reference: ExternalReferenceInput,
}

impl Verb for LinkManagerReferenceInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::LinkManagerReference(LinkManagerReference { reference: self.reference.into() }))
    }
}
