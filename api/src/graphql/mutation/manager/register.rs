//! `registerManager`: registers a manager.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{Manager, ManagerCommand, RegisterManager};

use crate::graphql::{
    mutation::{
        input::{self, ExternalReferenceInput},
        reader::Reader,
        verb::{Aim, Options, Verb},
    },
    user_error::UserError,
};

/// A new manager.
#[derive(Debug, InputObject)]
pub(crate) struct RegisterManagerInput {
    #[graphql(flatten)]
    options: Options,
    /// The name.
    name: String,
    /// The e-mail address.
    email: Option<String>,
    /// The team.
    team: Option<String>,
    /// What the manager can.
    skills: Option<Vec<String>>,
    /// How many open consultations at once, 0 to 1,000.
    capacity: u32,
    /// The same person in other systems.
    references: Option<Vec<ExternalReferenceInput>>,
}

impl Verb for RegisterManagerInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.options.new_one()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::RegisterManager(RegisterManager {
            name: self.name,
            email: self.email,
            team: self.team,
            skills: self.skills.unwrap_or_default(),
            capacity: self.capacity,
            references: input::all(self.references),
        }))
    }
}
