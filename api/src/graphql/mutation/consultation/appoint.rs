//! `appointConsultation`: promises the client a time.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::{Appoint, Consultation, ConsultationCommand};

use crate::graphql::{
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The time.
#[derive(Debug, InputObject)]
pub(crate) struct AppointConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The time.
    appointed_for: DateTime<Utc>,
}

impl Verb for AppointConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Appoint(Appoint { appointed_for: self.appointed_for }))
    }
}
