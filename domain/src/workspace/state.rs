//! What the rules of a workspace need to remember, and how events change it.

use std::collections::BTreeMap;

use super::{Questionnaire, View, WorkspaceEvent as Event, WorkspaceRejection as Rejection};
use crate::{calendar::Calendar, id::ViewId, service_level::SlaTable};

/// What the rules of a workspace need to remember.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceState {
    pub(super) created: bool,
    pub(super) name: String,
    pub(super) language: String,
    pub(super) time_zone: String,
    pub(super) handover_timeout_minutes: Option<u32>,
    /// The newest version of each questionnaire.
    pub(super) questionnaires: BTreeMap<String, Questionnaire>,
    /// The views that stand.
    pub(super) views: BTreeMap<ViewId, View>,
    /// The newest version of each calendar.
    pub(super) calendars: BTreeMap<String, Calendar>,
    /// The newest version of the table of service levels.
    pub(super) policies: Option<SlaTable>,
}

impl WorkspaceState {
    /// It is there to be changed.
    pub(super) fn exists(&self) -> Result<(), Rejection> {
        if self.created { Ok(()) } else { Err(Rejection::NotFound) }
    }

    /// The state after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        match event {
            Event::WorkspaceCreated(created) => {
                self.created = true;
                self.name.clone_from(&created.name);
                self.language.clone_from(&created.language);
                self.time_zone.clone_from(&created.time_zone);
            }
            Event::WorkspaceSettingsChanged(changed) => {
                if let Some(name) = &changed.name {
                    self.name.clone_from(name);
                }
                if let Some(language) = &changed.language {
                    self.language.clone_from(language);
                }
                if let Some(time_zone) = &changed.time_zone {
                    self.time_zone.clone_from(time_zone);
                }
                self.handover_timeout_minutes =
                    changed.handover_timeout_minutes.or(self.handover_timeout_minutes);
            }
            Event::QuestionnairePublished(published) => {
                let questionnaire = published.questionnaire.clone();
                self.questionnaires.insert(questionnaire.key.clone(), questionnaire);
            }
            Event::ViewSaved(saved) => {
                self.views.insert(saved.view.view_id, saved.view.clone());
            }
            Event::ViewDeleted(deleted) => {
                self.views.remove(&deleted.view_id);
            }
            Event::CalendarPublished(published) => {
                let calendar = published.calendar.clone();
                self.calendars.insert(calendar.key.clone(), calendar);
            }
            Event::SlaPoliciesPublished(published) => self.policies = Some(published.table.clone()),
        }
        self
    }
}
