//! `waitForClient`: gives the client the turn.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, WaitForClient};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// What is waited for.
#[derive(Debug, InputObject)]
pub(crate) struct WaitForClientInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// What for.
    reason: Option<String>,
}

impl Verb for WaitForClientInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::WaitForClient(WaitForClient { reason: self.reason }))
    }
}
