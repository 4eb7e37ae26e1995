//! Details: topic, description, client, language, catalog references, and how urgent it is.

use serde::{Deserialize, Serialize};

use super::{CatalogReference, ConsultationEvent, ConsultationState, Priority, decide::Decision};
use crate::{
    id::ClientId,
    personal::Personal,
    text::{self, InvalidInput, KEY_TEXT, LONG_TEXT, SHORT_TEXT},
};

/// Most catalog references of a consultation.
const MAX_CATALOG_REFERENCES: usize = 50;

/// Changes topic, description, client, language or catalog references; `None` leaves a field, an empty
/// description takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeDetails {
    /// The new topic.
    pub topic: Option<String>,
    /// The new description.
    pub description: Option<String>,
    /// The client, now known.
    pub client_id: Option<ClientId>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// All references, as they shall be.
    pub catalog: Option<Vec<CatalogReference>>,
}

/// Changes the urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePriority {
    /// As it shall be.
    pub priority: Priority,
}

/// Topic, description, client, language or catalog references changed; only what changed is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailsChanged {
    /// The new topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Personal<String>>,
    /// The new description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal<String>>,
    /// The client, now known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The client before, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_client_id: Option<ClientId>,
    /// The new language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The new catalog references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Vec<CatalogReference>>,
    /// Whether the consultation was open then.
    pub is_open: bool,
}

/// It became more or less urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityChanged {
    /// Before.
    pub from: Priority,
    /// After.
    pub to: Priority,
}

pub(super) fn change_details(state: &ConsultationState, command: ChangeDetails) -> Decision {
    let status = state.workable()?;
    let topic = command.topic.map(|topic| text::label("topic", &topic, SHORT_TEXT)).transpose()?;
    if let Some(description) = &command.description {
        text::check_optional("description", description, LONG_TEXT)?;
    }
    let language = text::optional_language("language", command.language.as_deref())?;
    let catalog = command.catalog.map(|catalog| checked_catalog("catalog", catalog)).transpose()?;

    let client_id = command.client_id.filter(|client| state.client_id != Some(*client));
    let previous_client_id = client_id.and(state.client_id);
    let topic = topic.map(Personal::from).filter(|topic| state.topic.as_ref() != Some(topic));
    let description = changed_description(state, command.description);
    let changed = DetailsChanged {
        topic: topic.or_else(|| resealed(state.topic.as_ref(), previous_client_id)),
        description: description.or_else(|| resealed(state.description.as_ref(), previous_client_id)),
        client_id,
        previous_client_id,
        language: language.filter(|language| state.language.as_ref() != Some(language)),
        catalog: catalog.filter(|catalog| state.catalog != *catalog),
        is_open: status.is_open(),
    };
    let nothing_changed = changed.topic.is_none()
        && changed.description.is_none()
        && changed.client_id.is_none()
        && changed.language.is_none()
        && changed.catalog.is_none();
    Ok(if nothing_changed { vec![] } else { vec![ConsultationEvent::DetailsChanged(changed)] })
}

/// What goes along when a consultation moves from one client to another. It was sealed with the first one's
/// key, and whoever asks to be forgotten must neither take the other's words along nor leave theirs behind.
fn resealed(text: Option<&Personal<String>>, previous: Option<ClientId>) -> Option<Personal<String>> {
    text.filter(|text| previous.is_some() && text.known().is_some()).cloned()
}

/// The new description where it differs; an empty one takes the old one away.
fn changed_description(state: &ConsultationState, description: Option<String>) -> Option<Personal<String>> {
    let description = description?;
    let unchanged = match &state.description {
        None => description.is_empty(),
        Some(before) => before.known() == Some(&description),
    };
    (!unchanged).then_some(Personal::Known(description))
}

pub(super) fn change_priority(state: &ConsultationState, command: &ChangePriority) -> Decision {
    state.workable()?;
    let (from, to) = (state.priority, command.priority);
    if from == to {
        return Ok(vec![]);
    }
    Ok(vec![ConsultationEvent::PriorityChanged(PriorityChanged { from, to })])
}

/// Catalog references within their limits, sorted, each once.
pub(super) fn checked_catalog(
    field: &str,
    mut catalog: Vec<CatalogReference>,
) -> Result<Vec<CatalogReference>, InvalidInput> {
    text::check_count(field, catalog.len(), MAX_CATALOG_REFERENCES)?;
    for reference in &catalog {
        text::check_required(field, &reference.catalog, KEY_TEXT)?;
        text::check_required(field, &reference.key, KEY_TEXT)?;
    }
    catalog.sort_unstable();
    catalog.dedup();
    Ok(catalog)
}
