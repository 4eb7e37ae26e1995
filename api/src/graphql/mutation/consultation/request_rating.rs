//! `requestRating`: asks the client to rate.

use async_graphql::InputObject;
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, RequestRating};

use crate::graphql::{
    model::enums,
    mutation::{
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// What is asked, and where.
#[derive(Debug, InputObject)]
pub(crate) struct RequestRatingInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The questionnaire's key.
    questionnaire: String,
    /// Its version, from 1.
    questionnaire_version: u32,
    /// Where the client is asked.
    channel: enums::Channel,
}

impl Verb for RequestRatingInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::RequestRating(RequestRating {
            rating_id: reader.new_id(),
            questionnaire: self.questionnaire,
            questionnaire_version: self.questionnaire_version,
            channel: self.channel.into(),
        }))
    }
}
