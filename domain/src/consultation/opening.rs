//! Opening: the first event of every consultation.

use serde::{Deserialize, Serialize};

use super::{
    Attributes, CatalogReference, Channel, ConsultationEvent, ConsultationRejection, ConsultationState,
    Priority, decide::Decision, details::checked_catalog, labels,
};
use crate::{
    id::ClientId,
    personal::Personal,
    text::{self, LONG_TEXT, SHORT_TEXT},
};

/// Opens a consultation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenConsultation {
    /// Who asks, once known.
    pub client_id: Option<ClientId>,
    /// What it is about, in a line.
    pub topic: String,
    /// What was asked, at length.
    pub description: Option<String>,
    /// Where it came in.
    pub channel: Channel,
    /// How urgent.
    pub priority: Priority,
    /// ISO 639-1.
    pub language: Option<String>,
    /// The team it is queued for.
    pub team: Option<String>,
    /// Tags; repeats are dropped.
    pub tags: Vec<String>,
    /// Catalog references.
    pub catalog: Vec<CatalogReference>,
    /// Custom attributes.
    pub attributes: Attributes,
}

/// Somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultationOpened {
    /// Who asks, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// What it is about, in a line.
    pub topic: Personal<String>,
    /// What was asked, at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<String>>,
    /// Where it came in.
    pub channel: Channel,
    /// How urgent.
    pub priority: Priority,
    /// The client's language, ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The team it is queued for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Its tags, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the catalogs say it is about, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalog: Vec<CatalogReference>,
    /// Custom attributes.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

pub(super) fn open(state: &ConsultationState, command: OpenConsultation) -> Decision {
    if state.status().is_some() {
        return Err(ConsultationRejection::AlreadyExists);
    }
    labels::check_attributes("attributes", &command.attributes)?;
    Ok(vec![ConsultationEvent::ConsultationOpened(ConsultationOpened {
        client_id: command.client_id,
        topic: text::label("topic", &command.topic, SHORT_TEXT)?.into(),
        description: text::optional_text("description", command.description, LONG_TEXT)?.map(Personal::from),
        channel: command.channel,
        priority: command.priority,
        language: text::optional_language("language", command.language.as_deref())?,
        team: text::optional_label("team", command.team.as_deref(), SHORT_TEXT)?,
        tags: text::keys("tags", &command.tags, labels::MAX_TAGS)?,
        catalog: checked_catalog("catalog", command.catalog)?,
        attributes: command.attributes,
    })])
}
