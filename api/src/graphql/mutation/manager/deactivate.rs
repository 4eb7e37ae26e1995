//! `deactivateManager`: takes a manager out of the team.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{DeactivateManager, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// Which manager.
#[derive(Debug, InputObject)]
pub(crate) struct DeactivateManagerInput {
    #[graphql(flatten)]
    on: OnManager,
}

impl Verb for DeactivateManagerInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::DeactivateManager(DeactivateManager))
    }
}
