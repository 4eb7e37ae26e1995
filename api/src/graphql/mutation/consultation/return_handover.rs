//! `returnHandover`: gives an accepted handover back.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, ReturnHandover};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which handover, and why.
#[derive(Debug, InputObject)]
pub(crate) struct ReturnHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
    /// Why.
    reason: Option<String>,
}

impl Verb for ReturnHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ReturnHandover(ReturnHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
            reason: self.reason,
        }))
    }
}
