//! `closeConsultation`: ends a resolved consultation.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Close, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which consultation.
#[derive(Debug, InputObject)]
pub(crate) struct CloseConsultationInput {
    #[graphql(flatten)]
    pub(in crate::graphql::mutation) on: OnConsultation,
}

impl Verb for CloseConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Close(Close))
    }
}
