//! `unmergeConsultation`: takes a merge back.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Unmerge};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Which consultation.
#[derive(Debug, InputObject)]
pub(crate) struct UnmergeConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
}

impl Verb for UnmergeConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Unmerge(Unmerge))
    }
}
