//! Events → rows of `ratings`.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{Channel, ConsultationEvent, RatingAnswer, RatingRequested, RatingSubmitted},
    event::{Event, Recorded},
    id::{ConsultationId, ManagerId, PersonId, RatingId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::average_score;
use crate::{
    personal::{change_person, known_if_any},
    runtime::{Definition, Projection},
};

/// One row per rating, from the request or, where nobody asked, from the answer.
pub struct Ratings;

static DEFINITION: Definition = Definition {
    name: "ratings",
    version: 2,
    table_sql: include_str!("table.sql"),
    columns: &[
        "id",
        "workspace_id",
        "person_id",
        "consultation_id",
        "state",
        "questionnaire",
        "questionnaire_version",
        "channel",
        "answers",
        "comments",
        "score",
        "attributed_to",
        "requested_at",
        "rated_at",
        "revised_at",
        "revision",
        "changed_at",
        "requested_position",
        "rated_position",
        "last_position",
    ],
    key_column: "id",
    personal: &["comments"],
    insert_only: false,
};

/// How far a rating is. The stored text is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The client was asked.
    Requested,
    /// The client answered.
    Submitted,
    /// The client changed the answer.
    Revised,
}

/// A score, without what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's key in the questionnaire.
    pub question: String,
    /// The score by the question's scale; none for a question that takes a comment only.
    pub score: Option<u8>,
}

/// What the client added to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// The question's key in the questionnaire.
    pub question: String,
    /// The words.
    pub text: String,
}

/// A rating.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which rating.
    pub id: RatingId,
    /// Whose.
    pub workspace_id: WorkspaceId,
    /// Whose erasure empties the comments.
    pub person_id: PersonId,
    /// Of which consultation.
    pub consultation_id: ConsultationId,
    /// How far it is.
    pub state: State,
    /// The questionnaire's key.
    pub questionnaire: String,
    /// Its version.
    pub questionnaire_version: u32,
    /// Where the client was asked.
    pub channel: Option<Channel>,
    /// The scores.
    pub answers: Vec<Answer>,
    /// What the client added; none where there is nothing, and none once erased.
    pub comments: Option<Vec<Comment>>,
    /// The mean score in hundredths.
    pub score: Option<i32>,
    /// Who held the consultation when it was resolved.
    pub attributed_to: Option<ManagerId>,
    /// When the client was asked.
    pub requested_at: Option<DateTime<Utc>>,
    /// When the client first answered.
    pub rated_at: Option<DateTime<Utc>>,
    /// When the client last changed the answer.
    pub revised_at: Option<DateTime<Utc>>,
    /// How often the client changed it.
    pub revision: u32,
    /// When the last of these happened.
    pub changed_at: DateTime<Utc>,
    /// Where the client was asked in the log; nothing in a table of an earlier version.
    #[serde(default)]
    pub requested_position: Option<i64>,
    /// Where the client first answered.
    #[serde(default)]
    pub rated_position: Option<i64>,
    /// The position of the last event in the row.
    pub last_position: i64,
}

impl Projection for Ratings {
    type Row = Row;

    fn definition(&self) -> &'static Definition {
        &DEFINITION
    }

    fn keys(&self, recorded: &Recorded, keys: &mut Vec<Uuid>) {
        let Event::Consultation(event) = &recorded.event else { return };
        keys.extend(rating_of(event).map(RatingId::uuid));
    }

    fn apply(&self, row: Option<Row>, _key: Uuid, recorded: &Recorded) -> Option<Row> {
        let Event::Consultation(event) = &recorded.event else { return row };
        let mut row = match (row, event) {
            (None, ConsultationEvent::RatingRequested(request)) => requested(request, recorded),
            (None, ConsultationEvent::RatingSubmitted(answer)) => unasked(answer, recorded),
            (row, _) => row?,
        };
        if change_person(&mut row.person_id, recorded.stream.id, recorded) {
            row.comments = None;
        }
        row.fold(event, recorded);
        row.changed_at = row.changed_at.max(recorded.occurred_at);
        row.last_position = recorded.position.0;
        Some(row)
    }
}

/// The rating that the event is about.
const fn rating_of(event: &ConsultationEvent) -> Option<RatingId> {
    match event {
        ConsultationEvent::RatingRequested(event) => Some(event.rating_id),
        ConsultationEvent::RatingSubmitted(event) => Some(event.rating_id),
        ConsultationEvent::RatingRevised(event) => Some(event.rating_id),
        _ => None,
    }
}

fn requested(request: &RatingRequested, recorded: &Recorded) -> Row {
    Row {
        id: request.rating_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        state: State::Requested,
        questionnaire: request.questionnaire.clone(),
        questionnaire_version: request.questionnaire_version,
        channel: Some(request.channel),
        answers: Vec::new(),
        comments: None,
        score: None,
        attributed_to: request.attributed_to,
        requested_at: Some(recorded.occurred_at),
        rated_at: None,
        revised_at: None,
        revision: 0,
        changed_at: recorded.occurred_at,
        requested_position: None,
        rated_position: None,
        last_position: recorded.position.0,
    }
}

/// A rating that nobody asked for: [`Row::fold`] fills in the answer.
fn unasked(answer: &RatingSubmitted, recorded: &Recorded) -> Row {
    Row {
        id: answer.rating_id,
        workspace_id: recorded.workspace_id,
        person_id: recorded.metadata.person_id,
        consultation_id: ConsultationId(recorded.stream.id),
        state: State::Submitted,
        questionnaire: answer.questionnaire.clone(),
        questionnaire_version: answer.questionnaire_version,
        channel: None,
        answers: Vec::new(),
        comments: None,
        score: None,
        attributed_to: answer.attributed_to,
        requested_at: None,
        rated_at: None,
        revised_at: None,
        revision: 0,
        changed_at: recorded.occurred_at,
        requested_position: None,
        rated_position: None,
        last_position: recorded.position.0,
    }
}

impl Row {
    fn fold(&mut self, event: &ConsultationEvent, recorded: &Recorded) {
        let (at, position) = (recorded.occurred_at, recorded.position.0);
        match event {
            ConsultationEvent::RatingRequested(_) => {
                self.requested_position = self.requested_position.or(Some(position));
            }
            ConsultationEvent::RatingSubmitted(submitted) => {
                self.state = State::Submitted;
                self.questionnaire.clone_from(&submitted.questionnaire);
                self.questionnaire_version = submitted.questionnaire_version;
                self.attributed_to = submitted.attributed_to;
                self.rated_at = Some(at);
                self.rated_position = Some(position);
                self.answer(&submitted.answers);
            }
            ConsultationEvent::RatingRevised(revised) => {
                self.state = State::Revised;
                self.revised_at = Some(at);
                self.revision = revised.revision;
                self.answer(&revised.answers);
            }
            _ => {}
        }
    }

    fn answer(&mut self, answers: &[RatingAnswer]) {
        self.score = average_score(answers);
        self.answers = answers
            .iter()
            .map(|answer| Answer { question: answer.question.clone(), score: answer.score })
            .collect();
        let comments: Vec<_> = answers
            .iter()
            .filter_map(|answer| {
                let text = known_if_any(answer.comment.as_ref())?;
                Some(Comment { question: answer.question.clone(), text })
            })
            .collect();
        self.comments = (!comments.is_empty()).then_some(comments);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
