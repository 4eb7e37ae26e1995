//! References to the same thing in other systems. They are allowed at any time.

use serde::{Deserialize, Serialize};

use super::{ConsultationEvent, ConsultationState, ExternalReference, decide::Decision};
use crate::text::{self, InvalidInput, KEY_TEXT, SHORT_TEXT};

/// Most references of one consultation, client or manager.
pub(crate) const MAX_REFERENCES: usize = 100;

/// Links the same thing in another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkExternalReference {
    /// Where.
    pub reference: ExternalReference,
}

/// The same thing in another system became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReferenceLinked {
    /// Where.
    pub reference: ExternalReference,
}

pub(super) fn link(state: &ConsultationState, command: &LinkExternalReference) -> Decision {
    state.opened()?;
    let reference = checked_reference("reference", &command.reference)?;
    if state.references.contains(&reference) {
        return Ok(vec![]);
    }
    text::check_count("reference", state.references.len() + 1, MAX_REFERENCES)?;
    Ok(vec![ConsultationEvent::ExternalReferenceLinked(ExternalReferenceLinked { reference })])
}

/// A reference within its limits, without the blanks around its parts.
pub(crate) fn checked_reference(
    field: &str,
    reference: &ExternalReference,
) -> Result<ExternalReference, InvalidInput> {
    Ok(ExternalReference {
        system: text::label(field, &reference.system, KEY_TEXT)?,
        kind: text::label(field, &reference.kind, KEY_TEXT)?,
        id: text::label(field, &reference.id, SHORT_TEXT)?,
    })
}

/// References within their limits, sorted, each once.
pub(crate) fn checked_references(
    field: &str,
    references: &[ExternalReference],
) -> Result<Vec<ExternalReference>, InvalidInput> {
    text::check_count(field, references.len(), MAX_REFERENCES)?;
    let mut references = references
        .iter()
        .map(|reference| checked_reference(field, reference))
        .collect::<Result<Vec<_>, _>>()?;
    references.sort_unstable();
    references.dedup();
    Ok(references)
}
