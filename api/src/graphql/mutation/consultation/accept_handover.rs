//! `acceptHandover`: takes over: the manager becomes the assignee and work starts.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{AcceptHandover, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Who takes over.
#[derive(Debug, InputObject)]
pub(crate) struct AcceptHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
    /// Who takes over; the caller if not said.
    manager_id: Option<ID>,
}

impl Verb for AcceptHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::AcceptHandover(AcceptHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
            manager_id: reader.manager_or_caller("managerId", self.manager_id.as_ref())?,
        }))
    }
}
