//! The parts that inputs share.

use async_graphql::{Enum, ID, InputObject, OneofObject};
use ledgerdesk_domain::{
    client::{ContactKind, NewContact},
    consultation::{
        Answer, Attachment, AttributeValue, Attributes, CatalogReference, ExternalReference, Party,
    },
    personal::Personal,
    workspace::Question,
};

use super::reader::Reader;
use crate::{
    graphql::{model::enums, user_error::UserError},
    i18n::Refusal,
};

/// Each item turned into what a command takes.
pub(super) fn all<I, O>(items: Option<Vec<I>>) -> Vec<O>
where
    O: From<I>,
{
    items.unwrap_or_default().into_iter().map(O::from).collect()
}

/// The same thing in another system.
#[derive(Debug, InputObject)]
pub(super) struct ExternalReferenceInput {
    /// The other system, such as `chatwoot` or `1c`.
    system: String,
    /// What it is there, such as `conversation`.
    kind: String,
    /// Its id there.
    id: String,
}

impl From<ExternalReferenceInput> for ExternalReference {
    fn from(input: ExternalReferenceInput) -> Self {
        Self { system: input.system, kind: input.kind, id: input.id }
    }
}

/// An item of a catalog.
#[derive(Debug, InputObject)]
pub(super) struct CatalogReferenceInput {
    /// The catalog, such as `product` or `section`.
    catalog: String,
    /// The item's key there.
    key: String,
}

impl From<CatalogReferenceInput> for CatalogReference {
    fn from(input: CatalogReferenceInput) -> Self {
        Self { catalog: input.catalog, key: input.key }
    }
}

/// A custom attribute. Not for personal data: attributes are not encrypted and are not erased.
#[derive(Debug, InputObject)]
pub(super) struct AttributeInput {
    /// Its key, at most 100 characters.
    key: String,
    /// Its value.
    value: AttributeValueInput,
}

/// The value of a custom attribute. Write a decimal as a text.
#[derive(Debug, OneofObject)]
enum AttributeValueInput {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// The attributes by key; of a key that is given twice the last one counts.
pub(super) fn attributes(inputs: Option<Vec<AttributeInput>>) -> Attributes {
    let value = |value| match value {
        AttributeValueInput::Flag(flag) => AttributeValue::Flag(flag),
        AttributeValueInput::Integer(integer) => AttributeValue::Integer(integer),
        AttributeValueInput::Text(text) => AttributeValue::Text(text),
    };
    inputs.unwrap_or_default().into_iter().map(|input| (input.key, value(input.value))).collect()
}

/// A file of a message; the file itself lies in object storage.
#[derive(Debug, InputObject)]
pub(super) struct AttachmentInput {
    /// Its name as sent.
    name: String,
    /// Its media type, such as `image/png`.
    content_type: String,
    /// Its size in bytes.
    size: i64,
    /// Where it lies.
    url: String,
}

impl From<AttachmentInput> for Attachment {
    fn from(input: AttachmentInput) -> Self {
        let AttachmentInput { name, content_type, size, url } = input;
        Self { name: Personal::Known(name), content_type, size, url }
    }
}

/// A way to reach a client.
#[derive(Debug, InputObject)]
pub(super) struct ContactInput {
    /// How.
    kind: enums::ContactKind,
    /// The number, address or chat.
    value: String,
}

impl From<ContactInput> for NewContact {
    fn from(input: ContactInput) -> Self {
        Self { kind: ContactKind::from(input.kind), value: input.value }
    }
}

/// One answer of a rating: a score, a comment or both.
#[derive(Debug, InputObject)]
pub(super) struct RatingAnswerInput {
    /// The question's key in the questionnaire.
    question: String,
    /// The score, 1 to 10.
    score: Option<u8>,
    /// What the client added.
    comment: Option<String>,
}

impl From<RatingAnswerInput> for Answer {
    fn from(input: RatingAnswerInput) -> Self {
        Self { question: input.question, score: input.score, comment: input.comment }
    }
}

/// A question of a questionnaire.
#[derive(Debug, InputObject)]
pub(super) struct QuestionInput {
    /// Its permanent key.
    key: String,
    /// The text in English.
    text_en: String,
    /// The text in Russian.
    text_ru: String,
    /// The best score, 1 to 10; 0 for a question that takes a comment only.
    max_score: u8,
}

impl From<QuestionInput> for Question {
    fn from(input: QuestionInput) -> Self {
        let QuestionInput { key, text_en, text_ru, max_score } = input;
        Self { key, text_en, text_ru, max_score }
    }
}

/// Who takes part in a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PartyKind {
    /// A person of the team.
    Manager,
    /// The client.
    Client,
    /// A program that talks to clients.
    Bot,
    /// Ledgerdesk itself or another system.
    System,
}

/// Who takes part in a consultation.
#[derive(Debug, InputObject)]
pub(super) struct PartyInput {
    /// What kind of party.
    kind: PartyKind,
    /// Which manager, or which client if known. Not for a bot or a system.
    id: Option<ID>,
}

/// The party that a field names; the caller if it names none.
pub(super) fn party(
    reader: &mut Reader<'_>,
    field: &'static str,
    input: Option<&PartyInput>,
) -> Result<Party, UserError> {
    let Some(PartyInput { kind, id }) = input else { return Ok(reader.caller_as_party()) };
    Ok(match kind {
        PartyKind::Manager => Party::Manager(reader.manager_or_caller(field, id.as_ref())?),
        PartyKind::Client => Party::Client(reader.optional(field, id.as_ref())?),
        PartyKind::Bot | PartyKind::System if id.is_some() => {
            return Err(UserError::refused(Refusal::PartyWithoutId, Some(field), reader.language()));
        }
        PartyKind::Bot => Party::Bot,
        PartyKind::System => Party::System,
    })
}
