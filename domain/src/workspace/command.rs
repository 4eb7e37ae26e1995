//! What may be asked of a workspace.

use super::{
    DeleteView, ImportHolidays, PublishCalendar, PublishSlaPolicies, SaveView, value::Questionnaire,
};

/// Any command to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is documented at its payload")]
pub enum WorkspaceCommand {
    CreateWorkspace(CreateWorkspace),
    ChangeWorkspaceSettings(ChangeWorkspaceSettings),
    PublishQuestionnaire(PublishQuestionnaire),
    SaveView(SaveView),
    DeleteView(DeleteView),
    PublishCalendar(PublishCalendar),
    ImportHolidays(ImportHolidays),
    PublishSlaPolicies(PublishSlaPolicies),
}

/// Sets a workspace up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateWorkspace {
    /// Its name.
    pub name: String,
    /// ISO 639-1.
    pub language: String,
    /// An IANA name.
    pub time_zone: String,
}

/// Changes settings; `None` leaves one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeWorkspaceSettings {
    /// The new name.
    pub name: Option<String>,
    /// ISO 639-1.
    pub language: Option<String>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// 1 to 10,080.
    pub handover_timeout_minutes: Option<u32>,
}

/// Publishes the next version of a questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishQuestionnaire {
    /// The whole questionnaire. The workspace numbers it: the version that stands here is ignored.
    pub questionnaire: Questionnaire,
}
