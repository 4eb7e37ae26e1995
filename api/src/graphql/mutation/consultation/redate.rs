//! `redateConsultation`: moves the promised time.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Redate};

use crate::graphql::{
    mutation::{
        input::{self, PartyInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Where to, and why.
#[derive(Debug, InputObject)]
pub(crate) struct RedateConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The time after.
    to: DateTime<Utc>,
    /// Why.
    reason: Option<String>,
    /// Who wants it; the caller if not said.
    initiator: Option<PartyInput>,
}

impl Verb for RedateConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Redate(Redate {
            redate_id: reader.new_id(),
            to: self.to,
            reason: self.reason,
            initiator: input::party(reader, "initiator", self.initiator.as_ref())?,
        }))
    }
}
