//! `mergeConsultation`: puts a consultation into another one, which carries on.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Merge};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Into which one.
#[derive(Debug, InputObject)]
pub(crate) struct MergeConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The other consultation.
    into: ID,
}

impl Verb for MergeConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Merge(Merge {
            consultation_id: reader.stream().into(),
            into: reader.id("into", &self.into)?,
        }))
    }
}
