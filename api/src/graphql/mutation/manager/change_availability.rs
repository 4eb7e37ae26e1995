//! `changeManagerAvailability`: A manager comes, leaves or takes a break.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{ChangeAvailability, Manager, ManagerCommand};

use crate::graphql::{
    model::enums,
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// As it shall be.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeManagerAvailabilityInput {
    #[graphql(flatten)]
    on: OnManager,
    /// As it shall be.
    availability: enums::Availability,
}

impl Verb for ChangeManagerAvailabilityInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::ChangeAvailability(ChangeAvailability { availability: self.availability.into() }))
    }
}
