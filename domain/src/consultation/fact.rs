//! Facts of other systems that no other command fits, kept as they were.

use serde::{Deserialize, Serialize};

use super::{Attributes, ConsultationEvent, ConsultationState, decide::Decision, labels};
use crate::{
    id::ManagerId,
    text::{self, SHORT_TEXT},
};

/// Keeps a fact of another system that no other command fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFact {
    /// What the source calls it.
    pub activity: String,
    /// The status there.
    pub status: Option<String>,
    /// Why it is kept as a fact.
    pub code: String,
    /// Who did it.
    pub manager_id: Option<ManagerId>,
    /// The team there.
    pub team: Option<String>,
    /// Further columns.
    pub attributes: Attributes,
}

/// A fact of another system that today's rules would refuse, or that changes nothing here, kept as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactImported {
    /// What the source calls it.
    pub activity: String,
    /// The status there, in the source's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Why it is kept as a fact: the code of the refusal, or `no_change`.
    pub code: String,
    /// Who did it, if the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager_id: Option<ManagerId>,
    /// The team there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Further columns that the mapping kept.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

/// Allowed whatever the status: a fact changes nothing here.
pub(super) fn import(state: &ConsultationState, command: ImportFact) -> Decision {
    state.opened()?;
    labels::check_attributes("attributes", &command.attributes)?;
    Ok(vec![ConsultationEvent::FactImported(FactImported {
        activity: text::label("activity", &command.activity, SHORT_TEXT)?,
        status: text::optional_label("status", command.status.as_deref(), SHORT_TEXT)?,
        code: text::label("code", &command.code, SHORT_TEXT)?,
        manager_id: command.manager_id,
        team: text::optional_label("team", command.team.as_deref(), SHORT_TEXT)?,
        attributes: command.attributes,
    })])
}
