//! `changeManagerSkills`: replaces what a manager can.

use async_graphql::InputObject;
use ledgerdesk_domain::manager::{ChangeSkills, Manager, ManagerCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnManager, Verb},
    },
    user_error::UserError,
};

/// All of it.
#[derive(Debug, InputObject)]
pub(crate) struct ChangeManagerSkillsInput {
    #[graphql(flatten)]
    on: OnManager,
    /// All of it.
    skills: Vec<String>,
}

impl Verb for ChangeManagerSkillsInput {
    type Of = Manager;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ManagerCommand, UserError> {
        Ok(ManagerCommand::ChangeSkills(ChangeSkills { skills: self.skills }))
    }
}
