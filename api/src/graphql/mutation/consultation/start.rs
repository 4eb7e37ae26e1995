//! `startConsultation`: begins work on a queued consultation.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Start};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which consultation.
#[derive(Debug, InputObject)]
pub(crate) struct StartConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
}

impl Verb for StartConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Start(Start))
    }
}
