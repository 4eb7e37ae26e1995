//! Ratings (оценки): what the client thinks of a resolution.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Channel, ConsultationEvent as Event, ConsultationRejection as Rejection, ConsultationState, RatingAnswer,
    decide::Decision, lifecycle::Lifecycle,
};
use crate::{
    id::{ManagerId, RatingId},
    personal::Personal,
    text::{self, InvalidInput, KEY_TEXT, LONG_TEXT},
};

/// Most answers of a rating.
const MAX_ANSWERS: usize = 50;

/// Asks the client to rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRating {
    /// Which rating; a repeat changes nothing.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// Where.
    pub channel: Channel,
}

/// Records the client's rating, asked for or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitRating {
    /// Which rating; a repeat changes nothing.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// The answers.
    pub answers: Vec<Answer>,
}

/// Changes a submitted rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviseRating {
    /// Which rating.
    pub rating_id: RatingId,
    /// All answers, as they shall be.
    pub answers: Vec<Answer>,
}

/// One answer of a rating, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The question's key in the questionnaire.
    pub question: String,
    /// The score, 1 to 10; none for a comment-only question.
    pub score: Option<u8>,
    /// What the client added.
    pub comment: Option<String>,
}

/// The client was asked to rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRequested {
    /// Which rating.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// Where the client was asked.
    pub channel: Channel,
    /// Who held the consultation when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<ManagerId>,
}

/// The client rated (оценка).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingSubmitted {
    /// Which rating.
    pub rating_id: RatingId,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// The answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<RatingAnswer>,
    /// Who held the consultation when it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<ManagerId>,
}

/// The client changed the rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRevised {
    /// Which rating.
    pub rating_id: RatingId,
    /// All answers, as they are now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<RatingAnswer>,
    /// The how-manieth revision, from 1.
    pub revision: u32,
}

/// What the rules remember of ratings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ratings {
    requested: BTreeSet<RatingId>,
    submitted: BTreeMap<RatingId, Submitted>,
    /// The rating of the last resolution, if the client has given one.
    current: Option<RatingId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Submitted {
    answers: Vec<RatingAnswer>,
    revision: u32,
}

impl Ratings {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Resolved(_) => self.current = None,
            Event::RatingRequested(requested) => _ = self.requested.insert(requested.rating_id),
            Event::RatingSubmitted(submitted) => {
                self.current = Some(submitted.rating_id);
                let answers = submitted.answers.clone();
                self.submitted.insert(submitted.rating_id, Submitted { answers, revision: 0 });
            }
            Event::RatingRevised(revised) => {
                let answers = revised.answers.clone();
                let submitted = Submitted { answers, revision: revised.revision };
                self.submitted.insert(revised.rating_id, submitted);
            }
            _ => {}
        }
    }

    /// The resolution has no rating yet.
    fn check_unrated(&self) -> Result<(), Rejection> {
        match self.current {
            None => Ok(()),
            Some(rating_id) => Err(Rejection::AlreadyRated { rating_id }),
        }
    }
}

pub(super) fn request(state: &ConsultationState, command: &RequestRating) -> Decision {
    state.opened()?;
    if state.ratings.requested.contains(&command.rating_id) {
        return Ok(vec![]);
    }
    let attributed_to = rateable(state)?;
    let questionnaire = checked_questionnaire(&command.questionnaire, command.questionnaire_version)?;
    state.ratings.check_unrated()?;
    Ok(vec![Event::RatingRequested(RatingRequested {
        rating_id: command.rating_id,
        questionnaire,
        questionnaire_version: command.questionnaire_version,
        channel: command.channel,
        attributed_to,
    })])
}

pub(super) fn submit(state: &ConsultationState, command: SubmitRating) -> Decision {
    state.opened()?;
    let answers = checked_answers(command.answers)?;
    if let Some(submitted) = state.ratings.submitted.get(&command.rating_id) {
        if submitted.answers == answers {
            return Ok(vec![]);
        }
        state.unmerged()?;
        return Err(Rejection::AlreadyRated { rating_id: command.rating_id });
    }
    let attributed_to = rateable(state)?;
    let questionnaire = checked_questionnaire(&command.questionnaire, command.questionnaire_version)?;
    state.ratings.check_unrated()?;
    Ok(vec![Event::RatingSubmitted(RatingSubmitted {
        rating_id: command.rating_id,
        questionnaire,
        questionnaire_version: command.questionnaire_version,
        answers,
        attributed_to,
    })])
}

/// Clients may think again at any time, also after a reopening; the rating stays with its resolution.
pub(super) fn revise(state: &ConsultationState, command: ReviseRating) -> Decision {
    state.unmerged()?;
    let rating_id = command.rating_id;
    let answers = checked_answers(command.answers)?;
    let submitted = state.ratings.submitted.get(&rating_id).ok_or(Rejection::UnknownRating { rating_id })?;
    if submitted.answers == answers {
        return Ok(vec![]);
    }
    let revision = submitted.revision.saturating_add(1);
    Ok(vec![Event::RatingRevised(RatingRevised { rating_id, answers, revision })])
}

/// Whom a rating of the resolution is attributed to, if there is a resolution to rate.
fn rateable(state: &ConsultationState) -> Result<Option<ManagerId>, Rejection> {
    let status = state.unmerged()?;
    match state.lifecycle {
        Lifecycle::Resolved { held_by } | Lifecycle::Closed { held_by } => Ok(held_by),
        _ => Err(Rejection::RatingNotAllowed { status }),
    }
}

fn checked_questionnaire(key: &str, version: u32) -> Result<String, InvalidInput> {
    if version == 0 {
        return Err(InvalidInput::out_of_range("questionnaire_version", "1 or more"));
    }
    text::label("questionnaire", key, KEY_TEXT)
}

/// Answers within their limits; a question without score and comment was not answered.
fn checked_answers(answers: Vec<Answer>) -> Result<Vec<RatingAnswer>, InvalidInput> {
    text::check_count("answers", answers.len(), MAX_ANSWERS)?;
    let mut questions = BTreeSet::new();
    let mut checked = Vec::with_capacity(answers.len());
    for answer in answers {
        let question = text::label("answers", &answer.question, KEY_TEXT)?;
        if answer.score.is_some_and(|score| !(1..=10).contains(&score)) {
            return Err(InvalidInput::out_of_range("answers", "scores from 1 to 10"));
        }
        let comment = text::optional_text("answers", answer.comment, LONG_TEXT)?.map(Personal::from);
        if !questions.insert(question.clone()) {
            return Err(InvalidInput::malformed("answers", "one answer for each question"));
        }
        if answer.score.is_some() || comment.is_some() {
            checked.push(RatingAnswer { question, score: answer.score, comment });
        }
    }
    if checked.is_empty() { Err(InvalidInput::empty("answers")) } else { Ok(checked) }
}
