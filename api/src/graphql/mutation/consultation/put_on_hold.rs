//! `putOnHold`: lets a consultation wait for something else than the client.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, Hold};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// What is waited for.
#[derive(Debug, InputObject)]
pub(crate) struct PutOnHoldInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// What for.
    reason: Option<String>,
    /// When to look again.
    until: Option<DateTime<Utc>>,
}

impl Verb for PutOnHoldInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Hold(Hold { reason: self.reason, until: self.until }))
    }
}
