//! `unassignConsultation`: takes a consultation from its manager; the team stays.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Unassign};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// From which consultation, and why.
#[derive(Debug, InputObject)]
pub(crate) struct UnassignConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Why.
    reason: Option<String>,
}

impl Verb for UnassignConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Unassign(Unassign { reason: self.reason }))
    }
}
