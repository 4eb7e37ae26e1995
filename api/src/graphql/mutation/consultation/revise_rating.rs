//! `reviseRating`: changes a submitted rating.

use async_graphql::{ID, InputObject};
use ledgerdesk_domain::consultation::{Consultation, ConsultationCommand, ReviseRating};

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
pub(crate) struct ReviseRatingInput {
    #[graphql(flatten)]
    on: OnConsultation,
    /// The rating.
    rating_id: ID,
    /// All answers, as they shall be.
    answers: Vec<RatingAnswerInput>,
}

impl Verb for ReviseRatingInput {
    type Of = Consultation;

    fn aim(&self) -> Aim<'_> {
        self.on.aim()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<ConsultationCommand, UserError> {
        Ok(ConsultationCommand::ReviseRating(ReviseRating {
            rating_id: reader.id("ratingId", &self.rating_id)?,
            answers: input::all(Some(self.answers)),
        }))
    }
}
