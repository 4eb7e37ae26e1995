//! `expireHandover`: ends a handover that nobody took in time.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, ExpireHandover};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which handover.
#[derive(Debug, InputObject)]
pub(crate) struct ExpireHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
}

impl Verb for ExpireHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ExpireHandover(ExpireHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
        }))
    }
}
