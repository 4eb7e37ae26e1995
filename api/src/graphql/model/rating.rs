//! A rating as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::{
    as_of::Snapshot,
    ratings::{Answer, Row},
};

use super::{consultation::Consultation, enums::Channel, id, loaders, manager::Manager, position::Position};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// How far a rating is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::ratings::State")]
pub enum RatingState {
    /// The client was asked.
    Requested,
    /// The client answered.
    Submitted,
    /// The client changed the answer.
    Revised,
}

/// What a client thinks of the work (оценка).
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Rating {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The consultation as it was, if this is shown as it was.
    #[graphql(skip)]
    then: Option<Arc<Snapshot>>,
    /// Its id.
    pub(super) id: ID,
    /// How far it is.
    state: RatingState,
    /// The questionnaire's key.
    questionnaire: String,
    /// Its version.
    questionnaire_version: u32,
    /// Where the client was asked; null if nobody asked.
    channel: Option<Channel>,
    /// The answers, as they are now.
    answers: Vec<RatingAnswer>,
    /// The mean of the scores, in hundredths: 450 is 4.5.
    score: Option<i32>,
    /// When the client was asked.
    requested_at: Option<DateTime<Utc>>,
    /// When the client first answered.
    rated_at: Option<DateTime<Utc>>,
    /// When the client last changed the answer.
    revised_at: Option<DateTime<Utc>>,
    /// How often the client changed it.
    revision: u32,
    /// The position of its last event.
    position: Position,
}

/// One answer of a rating.
#[derive(SimpleObject)]
pub struct RatingAnswer {
    /// The question's key in the questionnaire.
    question: String,
    /// The score by the question's scale; null for a question that takes a comment only.
    score: Option<u8>,
    /// What the client added; null once the client was erased.
    comment: Option<String>,
}

impl RatingAnswer {
    fn of(row: &Row, answer: &Answer) -> Self {
        let mut comments = row.comments.iter().flatten();
        let comment = comments.find(|comment| comment.question == answer.question);
        Self {
            question: answer.question.clone(),
            score: answer.score,
            comment: comment.map(|comment| comment.text.clone()),
        }
    }
}

impl From<Arc<Row>> for Rating {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Rating, row.id),
            state: row.state.into(),
            questionnaire: row.questionnaire.clone(),
            questionnaire_version: row.questionnaire_version,
            channel: row.channel.map(Into::into),
            answers: row.answers.iter().map(|answer| RatingAnswer::of(&row, answer)).collect(),
            score: row.score,
            requested_at: row.requested_at,
            rated_at: row.rated_at,
            revised_at: row.revised_at,
            revision: row.revision,
            position: row.last_position.into(),
            then: None,
            row,
        }
    }
}

impl Rating {
    /// As it was, together with its consultation.
    pub(super) fn at(row: Arc<Row>, then: &Arc<Snapshot>) -> Self {
        Self { then: Some(Arc::clone(then)), ..Self::from(row) }
    }
}

#[ComplexObject]
impl Rating {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::of_part(ctx, self.row.consultation_id, self.then.as_ref()).await
    }

    /// Whom it is about: who held the consultation when it was resolved.
    async fn attributed_to(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        let Some(manager) = self.row.attributed_to else { return Ok(None) };
        Ok(loaders(ctx)?.managers.load(manager.uuid()).await?.map(Manager::from))
    }
}
