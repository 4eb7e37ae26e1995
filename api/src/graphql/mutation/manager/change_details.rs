//! `changeManagerDetails`: changes name, e-mail address or team.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{ChangeManagerDetails, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// What changes; a field that is left out stays as it is.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeManagerDetailsInput {
    #[graphql(flatten)]
    on: OnManager,
    /// The new name.
    name: Option<String>,
    /// The new e-mail address.
    email: Option<String>,
    /// The new team.
    team: Option<String>,
}

impl Verb for ChangeManagerDetailsInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::ChangeManagerDetails(ChangeManagerDetails {
            name: self.name,
            email: self.email,
            team: self.team,
        }))
    }
}
