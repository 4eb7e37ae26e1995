//! `resolveConsultation`: marks a consultation answered. An open handover ends with it.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Resolve};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// How it was answered.
#[derive(Debug, InputObject)]
pub(crate) struct ResolveConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// What was done.
    resolution: Option<String>,
    /// The kind of resolution, by the workspace's list.
    code: Option<String>,
}

impl Verb for ResolveConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Resolve(Resolve { resolution: self.resolution, code: self.code }))
    }
}
