//! `requestHandover`: asks that another one takes over.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, RequestHandover};

use crate::graphql::{
    mutation::{
        input::{self, PartyInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Who is asked, and why.
#[derive(Debug, InputObject)]
pub(crate) struct RequestHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// Who asks; the caller if not said.
    requested_by: Option<PartyInput>,
    /// Why.
    reason: Option<String>,
    /// The team asked.
    to_team: Option<String>,
    /// The manager asked.
    to_manager: Option<ID>,
}

impl Verb for RequestHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::RequestHandover(RequestHandover {
            handover_id: reader.new_id(),
            requested_by: input::party(reader, "requestedBy", self.requested_by.as_ref())?,
            reason: self.reason,
            to_team: self.to_team,
            to_manager: reader.optional("toManager", self.to_manager.as_ref())?,
        }))
    }
}
