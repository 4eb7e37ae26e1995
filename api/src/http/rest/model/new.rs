//! What requests ask for.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Attributes;
use crate::{
    graphql::global_id::NodeKind,
    http::rest::{
        execute::typed,
        extract,
        problem::Problem,
        wire::{Channel, PartyKind, Priority},
    },
};

/// A new consultation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "topic": "The printer prints stripes", "description": "Since this morning, on every page.", "channel": "API",
    "priority": "HIGH", "tags": ["printer"], "catalog": [{ "catalog": "section", "key": "000000017" }],
    "attributes": { "contract": "K-17" }
}))]
pub(in crate::http::rest) struct NewConsultation {
    /// What it is about, in a line.
    #[schema(min_length = 1, max_length = 500, pattern = r"^[^\u0000]*\S[^\u0000]*$")]
    topic: String,
    /// What was asked, at length.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50000)]
    description: Option<String>,
    /// Where it came in; `API` if not said.
    channel: Option<Channel>,
    /// How urgent; `NORMAL` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    /// The client's language, ISO 639.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z]{2,3}$", example = "ru")]
    language: Option<String>,
    /// The team it is queued for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    team: Option<String>,
    /// Who asks, if known: an id as the API answered it, or a UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Tags; repeats are dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    tags: Option<Vec<String>>,
    /// What the catalogs say it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 50)]
    catalog: Option<Vec<Reference>>,
    /// Custom attributes.
    #[serde(default)]
    #[schema(schema_with = super::attributes, required = false)]
    attributes: Attributes,
    /// When it happened, if not now: at most five minutes ahead, not before 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
}

/// An entry of a catalog.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCatalogReference)]
struct Reference {
    /// The catalog: the `kind` of its entries.
    #[schema(min_length = 1, max_length = 100, example = "section")]
    catalog: String,
    /// The entry's `externalId`; it need not be known here.
    #[schema(min_length = 1, max_length = 100, example = "000000017")]
    key: String,
}

impl NewConsultation {
    /// The input of `openConsultation`.
    pub(in crate::http::rest) fn input(mut self) -> Result<Value, Problem> {
        if let Some(client) = &mut self.client_id {
            *client = extract::id("clientId", NodeKind::Client, client)?;
        }
        let attributes: Vec<Value> = self.attributes.iter().map(attribute).collect();
        let mut input = value(&self)?;
        input["attributes"] = attributes.into();
        if self.channel.is_none() {
            input["channel"] = "API".into();
        }
        Ok(input)
    }
}

/// An attribute as the schema takes it.
fn attribute((key, value): (&String, &AttributeValue)) -> Value {
    let value = match value {
        AttributeValue::Flag(flag) => json!({ "flag": flag }),
        AttributeValue::Integer(integer) => json!({ "integer": integer }),
        AttributeValue::Text(text) => json!({ "text": text }),
    };
    json!({ "key": key, "value": value })
}

/// Another time for what was promised.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "to": "2026-03-04T09:00:00Z", "reason": "the client is away", "initiator": { "kind": "CLIENT" } }))]
pub(in crate::http::rest) struct NewRedate {
    /// The time after.
    to: DateTime<Utc>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50000)]
    reason: Option<String>,
    /// Who wants it; the caller if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    initiator: Option<Party>,
    /// When it happened, if not now: at most five minutes ahead, not before 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
}

/// Who takes part in a consultation.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Party {
    /// What kind of party.
    kind: PartyKind,
    /// Which manager, or which client if known. Not for a bot or a system.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl NewRedate {
    /// The input of `redateConsultation`.
    pub(in crate::http::rest) fn input(mut self, consultation: String) -> Result<Value, Problem> {
        if let Some(Party { kind, id: Some(id) }) = &mut self.initiator {
            let kind = if kind.as_str() == "CLIENT" { NodeKind::Client } else { NodeKind::Manager };
            *id = extract::id("initiator", kind, id)?;
        }
        on(consultation, &self)
    }
}

/// What a client thinks of the work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "questionnaire": "support", "questionnaireVersion": 1,
    "answers": [{ "question": "overall", "score": 5, "comment": "Quick and friendly" }]
}))]
pub(in crate::http::rest) struct NewRating {
    /// The rating that was asked for, as the API answered it or a UUID; a new one if it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating_id: Option<String>,
    /// The questionnaire's key.
    #[schema(min_length = 1, max_length = 100)]
    questionnaire: String,
    /// Its version, from 1.
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    questionnaire_version: u32,
    /// The answers, one for each question.
    #[schema(min_items = 1, max_items = 50)]
    answers: Vec<NewAnswer>,
    /// When it happened, if not now: at most five minutes ahead, not before 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<DateTime<Utc>>,
}

/// One answer: a score, a comment or both.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRatingAnswer)]
struct NewAnswer {
    /// The question's key in the questionnaire.
    #[schema(min_length = 1, max_length = 100)]
    question: String,
    /// The score.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    score: Option<u8>,
    /// What the client added.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50000)]
    comment: Option<String>,
}

impl NewRating {
    /// The rating that it names, in the opaque form of its id.
    pub(in crate::http::rest) fn rating_id(&self) -> Result<Option<String>, Problem> {
        self.rating_id.as_ref().map(|rating| extract::id("ratingId", NodeKind::Rating, rating)).transpose()
    }

    /// The input of `submitRating`.
    pub(in crate::http::rest) fn input(mut self, consultation: String) -> Result<Value, Problem> {
        self.rating_id = self.rating_id()?;
        on(consultation, &self)
    }
}

/// The input of a verb on a consultation.
fn on(consultation: String, body: &impl Serialize) -> Result<Value, Problem> {
    let mut input = value(body)?;
    input["consultationId"] = consultation.into();
    Ok(input)
}

fn value(body: &impl Serialize) -> Result<Value, Problem> {
    let value = serde_json::to_value(body).map_err(|error| Problem::internal(&error))?;
    typed(value)
}
