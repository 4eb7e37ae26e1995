//! `offerHandover`: asks a manager to take over.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, OfferHandover};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// Whom.
#[derive(Debug, InputObject)]
pub(crate) struct OfferHandoverInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The handover.
    handover_id: ID,
    /// Who is asked.
    manager_id: ID,
    /// When the offer ends.
    expires_at: Option<DateTime<Utc>>,
}

impl Verb for OfferHandoverInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::OfferHandover(OfferHandover {
            handover_id: reader.id("handoverId", &self.handover_id)?,
            manager_id: reader.id("managerId", &self.manager_id)?,
            expires_at: self.expires_at,
        }))
    }
}
