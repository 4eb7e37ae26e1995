//! `eraseManager`: erases a manager who left: name and address are gone for good, all counts stay.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{EraseManager, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// Which manager.
#[derive(Debug, InputObject)]
pub(crate) struct EraseManagerInput {
    #[graphql(flatten)]
    on: OnManager,
}

impl Verb for EraseManagerInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::EraseManager(EraseManager { persons: reader.erase(Vec::new()) }))
    }
}
