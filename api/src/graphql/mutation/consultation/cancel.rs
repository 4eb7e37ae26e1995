//! `cancelConsultation`: calls a consultation off.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Cancel, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Why.
#[derive(Debug, InputObject)]
pub(crate) struct CancelConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Why.
    reason: Option<String>,
}

impl Verb for CancelConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Cancel(Cancel { reason: self.reason }))
    }
}
