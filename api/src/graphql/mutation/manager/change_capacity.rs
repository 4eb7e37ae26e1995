//! `changeManagerCapacity`: changes how many open consultations a manager takes.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{ChangeCapacity, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// How many.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeManagerCapacityInput {
    #[graphql(flatten)]
    on: OnManager,
    /// How many at once, 0 to 1,000.
    capacity: u32,
}

impl Verb for ChangeManagerCapacityInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::ChangeCapacity(ChangeCapacity { capacity: self.capacity }))
    }
}
