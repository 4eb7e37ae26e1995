//! What can happen to a workspace. Wire names are permanent.

use serde::{Deserialize, Serialize};

use super::{CalendarPublished, SlaPoliciesPublished, ViewDeleted, ViewSaved, value::Questionnaire};

use crate::{
    event::{DomainEvent, Event},
    stream::StreamType,
};

/// Any event of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum WorkspaceEvent {
    WorkspaceCreated(WorkspaceCreated),
    WorkspaceSettingsChanged(WorkspaceSettingsChanged),
    QuestionnairePublished(QuestionnairePublished),
    ViewSaved(ViewSaved),
    ViewDeleted(ViewDeleted),
    CalendarPublished(CalendarPublished),
    SlaPoliciesPublished(SlaPoliciesPublished),
}

impl DomainEvent for WorkspaceEvent {
    const STREAM_TYPE: StreamType = StreamType::Workspace;

    const SCHEMAS: &'static [(&'static str, u16)] = &[
        ("WorkspaceCreated", 1),
        ("WorkspaceSettingsChanged", 1),
        ("QuestionnairePublished", 1),
        ("ViewSaved", 1),
        ("ViewDeleted", 1),
        ("CalendarPublished", 1),
        ("SlaPoliciesPublished", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::WorkspaceCreated(_) => "WorkspaceCreated",
            Self::WorkspaceSettingsChanged(_) => "WorkspaceSettingsChanged",
            Self::QuestionnairePublished(_) => "QuestionnairePublished",
            Self::ViewSaved(_) => "ViewSaved",
            Self::ViewDeleted(_) => "ViewDeleted",
            Self::CalendarPublished(_) => "CalendarPublished",
            Self::SlaPoliciesPublished(_) => "SlaPoliciesPublished",
        }
    }
    fn of(event: &Event) -> Option<&Self> {
        match event {
            Event::Workspace(event) => Some(event),
            _ => None,
        }
    }
}

impl From<WorkspaceEvent> for Event {
    fn from(event: WorkspaceEvent) -> Self {
        Self::Workspace(event)
    }
}

/// A workspace was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceCreated {
    /// Its name.
    pub name: String,
    /// Its language, ISO 639-1.
    pub language: String,
    /// Its time zone, an IANA name.
    pub time_zone: String,
}

/// Name, language, time zone or timeouts changed; only what changed is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceSettingsChanged {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The new language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The new time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// How long an offered handover stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover_timeout_minutes: Option<u32>,
}

/// A version of a rating questionnaire came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionnairePublished {
    /// The whole questionnaire.
    pub questionnaire: Questionnaire,
}
