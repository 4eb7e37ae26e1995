//! `changePriority`: makes a consultation more or less urgent.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{ChangePriority, Consultation, ConsultationCommand};

use crate::graphql::{
    model::enums,
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// How urgent.
#[derive(Debug, InputObject)]
pub(crate) struct ChangePriorityInput {
    #[graphql(flatten)]
    pub(in crate::graphql::mutation) on: OnConsultation,
    /// As it shall be.
    pub(in crate::graphql::mutation) priority: enums::Priority,
}

impl Verb for ChangePriorityInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ChangePriority(ChangePriority { priority: self.priority.into() }))
    }
}
