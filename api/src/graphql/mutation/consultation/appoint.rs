//! `appointConsultation`: promises the client a time, or a window.

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

/// The time, or the window.
#[derive(Debug, InputObject)]
pub(crate) struct AppointConsultationInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The time, or the start of the window in which it will happen.
    appointed_for: DateTime<Utc>,
    /// The end of the window, at most a day after its start; a moment is promised if it is not given.
    appointed_until: Option<DateTime<Utc>>,
}

impl Verb for AppointConsultationInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, _: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::Appoint(Appoint {
            appointed_for: self.appointed_for,
            appointed_until: self.appointed_until,
        }))
    }
}
