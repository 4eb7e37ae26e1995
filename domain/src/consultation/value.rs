//! The values that consultation events and commands are made of.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Visitor},
};

use crate::{
    id::{ClientId, ManagerId},
    personal::Personal,
};

/// Where a consultation or a message came in. Wire names are permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The web site.
    Site,
    /// Telegram.
    Telegram,
    /// WhatsApp.
    Whatsapp,
    /// E-mail.
    Email,
    /// The telephone.
    CallCenter,
    /// Another program.
    Api,
    /// A log of another system.
    Import,
}

/// How urgent a consultation is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    #[default]
    Normal,
    /// Before the usual.
    High,
    /// Now.
    Urgent,
}

/// A custom attribute's value. No fractions: the canonical form of the hash chain has integers only; write a
/// decimal as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// By the JSON type at hand. The derived way would try the variants one after the other, and logs hold many of
/// these.
impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = AttributeValue;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("true or false, a whole number or a text")
            }

            fn visit_bool<E>(self, value: bool) -> Result<AttributeValue, E> {
                Ok(AttributeValue::Flag(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<AttributeValue, E> {
                Ok(AttributeValue::Integer(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<AttributeValue, E> {
                i64::try_from(value)
                    .map(AttributeValue::Integer)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            fn visit_str<E>(self, value: &str) -> Result<AttributeValue, E> {
                Ok(AttributeValue::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<AttributeValue, E> {
                Ok(AttributeValue::Text(value))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

/// Custom attributes by key. Not for personal data: they are not sealed.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// A reference into a catalog (product type, section, question, obstacle, …).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CatalogReference {
    /// The catalog, such as `product` or `section`.
    pub catalog: String,
    /// The item's key there.
    pub key: String,
}

/// The same thing in another system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExternalReference {
    /// The other system, such as `chatwoot` or `1c`.
    pub system: String,
    /// What it is there, such as `conversation`.
    pub kind: String,
    /// Its id there.
    pub id: String,
}

/// Who takes part: asks for a handover, moves an appointment, writes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Party {
    /// A person of the team.
    Manager(ManagerId),
    /// The client; without an id while nobody knows who it is.
    Client(Option<ClientId>),
    /// A bot.
    Bot,
    /// Ledgerdesk itself or another system.
    System,
}

impl Party {
    /// Whether a person of the team takes part, not the client or a program.
    pub const fn is_manager(self) -> bool {
        matches!(self, Self::Manager(_))
    }
}

/// A file sent with a message. The file itself lies in object storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's name as sent; people name files after people.
    pub name: Personal<String>,
    /// Its media type.
    pub content_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// Where it lies.
    pub url: String,
}

/// Which way a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallDirection {
    /// The client called.
    Inbound,
    /// We called.
    Outbound,
}

/// How a call attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CallOutcome {
    /// The two talked.
    Answered,
    /// It rang out.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// It never rang.
    Failed,
    /// A machine answered.
    Voicemail,
    /// The other side declined.
    Rejected,
}

/// How a handover ended when its work was done or no longer needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HandoverOutcome {
    /// What it was asked for was done.
    Done,
    /// The consultation was cancelled, merged, or resolved before anybody took over.
    Dropped,
}

/// Where a reopened consultation continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReopenTo {
    /// Back to the queue.
    Queued,
    /// Straight into work.
    InProgress,
}

/// One answer of a rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingAnswer {
    /// The question's key in the questionnaire.
    pub question: String,
    /// The score, 1 to 10 by the questionnaire's scale; none for a comment-only question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// What the client added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Personal<String>>,
}

/// The category that every status belongs to; a workspace's own statuses map onto these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Waits for somebody to start.
    Queued,
    /// Somebody works on it.
    InProgress,
    /// The client has the turn.
    WaitingForClient,
    /// Waits for something else.
    OnHold,
    /// Answered; can be rated, reopened or closed.
    Resolved,
    /// Done.
    Closed,
    /// Called off.
    Cancelled,
}

impl Status {
    /// Every status, in the order of the lifecycle.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::InProgress,
        Self::WaitingForClient,
        Self::OnHold,
        Self::Resolved,
        Self::Closed,
        Self::Cancelled,
    ];

    /// The statuses in which somebody still has work with it.
    pub const OPEN: [Self; 4] = [Self::Queued, Self::InProgress, Self::WaitingForClient, Self::OnHold];

    /// The wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::InProgress => "IN_PROGRESS",
            Self::WaitingForClient => "WAITING_FOR_CLIENT",
            Self::OnHold => "ON_HOLD",
            Self::Resolved => "RESOLVED",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether somebody still has work with it: not resolved, closed or cancelled.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::InProgress | Self::WaitingForClient | Self::OnHold)
    }
}
