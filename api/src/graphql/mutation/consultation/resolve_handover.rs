//! `resolveHandover`: marks an accepted handover done; the consultation goes on.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, ResolveHandover};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which handover.
#[derive(Debug, InputObject)]
pub(crate) struct ResolveHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
}

impl Verb for ResolveHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ResolveHandover(ResolveHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
        }))
    }
}
