//! `declineHandover`: says no to an offer; the handover waits for the next one.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, DeclineHandover};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Who says no, and why.
#[derive(Debug, InputObject)]
pub(crate) struct DeclineHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
    /// Who says no; the caller if not said.
    manager_id: Option<ID>,
    /// Why.
    reason: Option<String>,
}

impl Verb for DeclineHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::DeclineHandover(DeclineHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
            manager_id: reader.manager_or_caller("managerId", self.manager_id.as_ref())?,
            reason: self.reason,
        }))
    }
}
