//! `submitRating`: records the client's rating, asked for or not.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, SubmitRating};

use crate::graphql::{
    mutation::{
        input::{self, RatingAnswerInput},
        reader::Reader,
        verb::{Aim, OnConsultation, Verb},
    },
    user_error::UserError,
};

/// The answers.
#[derive(Debug, InputObject)]
pub(crate) struct SubmitRatingInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The rating that was asked for; a new one if it was not.
    rating_id: Option<ID>,
    /// The questionnaire's key.
    questionnaire: String,
    /// Its version, from 1.
    questionnaire_version: u32,
    /// The answers.
    answers: Vec<RatingAnswerInput>,
}

impl Verb for SubmitRatingInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::SubmitRating(SubmitRating {
            rating_id: match &self.rating_id {
                Some(id) => reader.id("ratingId", id)?,
                None => reader.new_id(),
            },
            questionnaire: self.questionnaire,
            questionnaire_version: self.questionnaire_version,
            answers: input::all(Some(self.answers)),
        }))
    }
}
