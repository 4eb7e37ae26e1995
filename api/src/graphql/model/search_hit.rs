//! A consultation that a search found.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ConsultationId;
use ledgerdesk_projections::search::{Found, Headline, Hit, Mark, TextSource};
use uuid::Uuid;

use super::{consultation::Consultation, loaders, message::Message};
use crate::graphql::error::Fault;

/// Where words were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchField {
    /// In the topic.
    Topic,
    /// In the description.
    Description,
    /// In a message.
    Message,
}

/// A consultation that a search found.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SearchHit {
    #[graphql(skip)]
    consultation_id: ConsultationId,
    /// How well it fits, in millionths; higher is better, comparable within one search only.
    score: i64,
    /// The places that fit best, at most six, the best text first.
    matches: Vec<SearchMatch>,
}

/// A place where words were found.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SearchMatch {
    #[graphql(skip)]
    message_id: Option<Uuid>,
    /// Where.
    field: SearchField,
    /// A piece of the text, as it was written: plain text, no markup. Pieces that do not follow each other are joined
    /// with ` … `.
    text: String,
    /// Where in that piece the words stand, in order.
    marks: Vec<SearchMark>,
    /// When the text was written.
    written_at: DateTime<Utc>,
}

/// A span of a text, in Unicode code points.
#[derive(SimpleObject)]
pub struct SearchMark {
    /// The first character, counted from 0.
    start: usize,
    /// After the last character.
    end: usize,
}

impl From<Mark> for SearchMark {
    fn from(mark: Mark) -> Self {
        Self { start: mark.start, end: mark.end }
    }
}

impl From<Hit> for SearchHit {
    fn from(hit: Hit) -> Self {
        let matches = hit.found.into_iter().flat_map(matches).collect();
        Self { consultation_id: hit.consultation_id, score: hit.score, matches }
    }
}

fn matches(found: Found) -> impl Iterator<Item = SearchMatch> {
    let Found { id, source, written_at, topic, body } = found;
    let (message_id, of_body) = match source {
        TextSource::Message => (Some(id), SearchField::Message),
        TextSource::Consultation => (None, SearchField::Description),
    };
    [(SearchField::Topic, topic), (of_body, body)].into_iter().filter_map(move |(field, headline)| {
        let Headline { text, marks } = headline?;
        let marks = marks.into_iter().map(SearchMark::from).collect();
        Some(SearchMatch { message_id, field, text, marks, written_at })
    })
}

#[ComplexObject]
impl SearchHit {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Consultation::load(ctx, self.consultation_id).await
    }
}

#[ComplexObject]
impl SearchMatch {
    /// The message, if that is where.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>, Fault> {
        let Some(id) = self.message_id else { return Ok(None) };
        Ok(loaders(ctx)?.messages.load(id).await?.map(Message::from))
    }
}
