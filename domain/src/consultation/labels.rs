//! Labels: tags and custom attributes. They sort a consultation, so they may change after its end.

use serde::{Deserialize, Serialize};

use super::{AttributeValue, Attributes, ConsultationEvent, ConsultationState, decide::Decision};
use crate::text::{self, InvalidInput, KEY_TEXT, SHORT_TEXT};

/// Most tags of a consultation.
pub(super) const MAX_TAGS: usize = 50;
/// Most custom attributes of a consultation.
const MAX_ATTRIBUTES: usize = 100;

/// Adds and removes tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTags {
    /// Tags to add.
    pub add: Vec<String>,
    /// Tags to remove.
    pub remove: Vec<String>,
}

/// Sets and removes custom attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCustomAttributes {
    /// New values.
    pub set: Attributes,
    /// Keys to remove.
    pub remove: Vec<String>,
}

/// Tags came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagsChanged {
    /// Tags that came, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Tags that went, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

/// Custom attributes were set or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomAttributesChanged {
    /// New values.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub set: Attributes,
    /// Keys that went, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

pub(super) fn change_tags(state: &ConsultationState, command: &ChangeTags) -> Decision {
    state.unmerged()?;
    let add = text::keys("add", &command.add, MAX_TAGS)?;
    let remove = text::keys("remove", &command.remove, MAX_TAGS)?;

    // A tag on both lists stays: whoever adds it wants it there.
    let removed: Vec<_> =
        remove.into_iter().filter(|tag| state.tags.contains(tag) && !add.contains(tag)).collect();
    let added: Vec<_> = add.into_iter().filter(|tag| !state.tags.contains(tag)).collect();
    if added.is_empty() && removed.is_empty() {
        return Ok(vec![]);
    }
    text::check_count("add", state.tags.len() + added.len() - removed.len(), MAX_TAGS)?;
    Ok(vec![ConsultationEvent::TagsChanged(TagsChanged { added, removed })])
}

pub(super) fn set_custom_attributes(state: &ConsultationState, command: SetCustomAttributes) -> Decision {
    state.unmerged()?;
    check_attributes("set", &command.set)?;
    text::check_count("remove", command.remove.len(), MAX_ATTRIBUTES)?;

    // A key on both lists stays, as with tags.
    let mut removed = command.remove;
    removed.sort_unstable();
    removed.dedup();
    removed.retain(|key| state.attributes.contains_key(key) && !command.set.contains_key(key));
    let mut set = command.set;
    set.retain(|key, value| state.attributes.get(key) != Some(value));
    if set.is_empty() && removed.is_empty() {
        return Ok(vec![]);
    }
    let new = set.keys().filter(|key| !state.attributes.contains_key(*key)).count();
    text::check_count("set", state.attributes.len() + new - removed.len(), MAX_ATTRIBUTES)?;
    Ok(vec![ConsultationEvent::CustomAttributesChanged(CustomAttributesChanged { set, removed })])
}

/// Accepts custom attributes within their limits.
pub(crate) fn check_attributes(field: &str, attributes: &Attributes) -> Result<(), InvalidInput> {
    text::check_count(field, attributes.len(), MAX_ATTRIBUTES)?;
    for (key, value) in attributes {
        text::check_required(field, key, KEY_TEXT)?;
        // In a stored payload such keys mark personal values.
        if key.starts_with('$') {
            return Err(InvalidInput::malformed(field, "keys that do not begin with $"));
        }
        if let AttributeValue::Text(value) = value {
            text::check_optional(field, value, SHORT_TEXT)?;
        }
    }
    Ok(())
}
