//! Streams and the places in them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of aggregate that a stream belongs to. The number is stored and permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamType {
    /// A consultation.
    Consultation,
    /// A client.
    Client,
    /// A manager.
    Manager,
    /// A workspace and its settings.
    Workspace,
    /// An entry of a catalog.
    CatalogEntry,
}

impl StreamType {
    /// Every stream type, in the order of their codes.
    pub const ALL: [Self; 5] =
        [Self::Consultation, Self::Client, Self::Manager, Self::Workspace, Self::CatalogEntry];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Client => "client",
            Self::Manager => "manager",
            Self::Workspace => "workspace",
            Self::CatalogEntry => "catalog_entry",
        }
    }

    /// The type with this stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream_type| stream_type.as_str() == name)
    }
}

/// One stream: the events of one aggregate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// What the stream is about.
    pub stream_type: StreamType,
    /// Which one.
    pub id: Uuid,
}

impl StreamId {
    /// The stream of this type and id.
    pub const fn new(stream_type: StreamType, id: Uuid) -> Self {
        Self { stream_type, id }
    }
}

impl std::fmt::Display for StreamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.stream_type.as_str(), self.id)
    }
}

/// The number of an event in its stream, from 1; 0 is the stream that does not exist yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamVersion(pub i32);

impl StreamVersion {
    /// A stream without events.
    pub const NONE: Self = Self(0);

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// What the author of a command believes about its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExpectedVersion {
    /// Whatever it is now.
    #[default]
    Any,
    /// Exactly this; [`StreamVersion::NONE`] asks for a stream that does not exist.
    Exact(StreamVersion),
}

/// The number of an event in the log, from 1, without gaps; 0 is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub i64);

impl Position {
    /// Before the first event.
    pub const START: Self = Self(0);

    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
