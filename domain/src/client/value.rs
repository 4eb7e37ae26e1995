//! The values that client events and commands are made of.

use serde::{Deserialize, Serialize};

use crate::personal::Personal;

/// Who a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClientKind {
    /// A person.
    Person,
    /// An organisation (абонент).
    Organisation,
}

/// How a client can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContactKind {
    /// A telephone number.
    Phone,
    /// An e-mail address.
    Email,
    /// A Telegram chat.
    Telegram,
    /// A WhatsApp number.
    Whatsapp,
}

/// A way to reach a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// How.
    pub kind: ContactKind,
    /// The number, address or chat.
    pub value: Personal<String>,
}

/// A way to reach a client, as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// How.
    pub kind: ContactKind,
    /// The number, address or chat.
    pub value: String,
}
