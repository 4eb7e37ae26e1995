//! The rules of a workspace.

use std::collections::BTreeSet;

use super::{
    ChangeWorkspaceSettings, CreateWorkspace, PublishQuestionnaire, Question, Questionnaire,
    QuestionnairePublished, WorkspaceCommand as Command, WorkspaceCreated, WorkspaceEvent as Event,
    WorkspaceRejection as Rejection, WorkspaceSettingsChanged, WorkspaceState, service_level, view,
};
use crate::calendar;
use crate::context::Context;
use crate::text::{self, InvalidInput, KEY_TEXT, SHORT_TEXT};

/// Most questions of a questionnaire.
const MAX_QUESTIONS: usize = 50;
/// Most questionnaires of a workspace.
const MAX_QUESTIONNAIRES: usize = 100;
/// The longest time that an offered handover stands, in minutes: a week.
const MAX_HANDOVER_TIMEOUT: u32 = 10_080;

/// What a rule answers; no events if what was asked for already holds.
type Decision = Result<Vec<Event>, Rejection>;

pub(super) fn decide(state: &WorkspaceState, command: Command, context: &Context) -> Decision {
    match command {
        Command::CreateWorkspace(command) => create(state, &command),
        Command::ChangeWorkspaceSettings(command) => change_settings(state, &command),
        Command::PublishQuestionnaire(command) => publish_questionnaire(state, command),
        Command::SaveView(command) => view::save(state, command, context),
        Command::DeleteView(command) => view::delete(state, &command, context),
        Command::PublishCalendar(command) => service_level::publish_calendar(state, command, context),
        Command::ImportHolidays(command) => service_level::import_holidays(state, command, context),
        Command::PublishSlaPolicies(command) => service_level::publish_policies(state, command, context),
    }
}

fn create(state: &WorkspaceState, command: &CreateWorkspace) -> Decision {
    if state.created {
        return Err(Rejection::AlreadyExists);
    }
    Ok(vec![Event::WorkspaceCreated(WorkspaceCreated {
        name: text::label("name", &command.name, SHORT_TEXT)?,
        language: text::language("language", &command.language)?,
        time_zone: checked_time_zone(&command.time_zone)?,
    })])
}

fn change_settings(state: &WorkspaceState, command: &ChangeWorkspaceSettings) -> Decision {
    state.exists()?;
    let name = command.name.as_deref().map(|name| text::label("name", name, SHORT_TEXT)).transpose()?;
    let language = text::optional_language("language", command.language.as_deref())?;
    let time_zone = command.time_zone.as_deref().map(checked_time_zone).transpose()?;
    let timeout = command.handover_timeout_minutes;
    if timeout.is_some_and(|minutes| !(1..=MAX_HANDOVER_TIMEOUT).contains(&minutes)) {
        let expected = "1 to 10080 minutes, a week";
        return Err(InvalidInput::out_of_range("handover_timeout_minutes", expected).into());
    }
    let changed = WorkspaceSettingsChanged {
        name: name.filter(|name| *name != state.name),
        language: language.filter(|language| *language != state.language),
        time_zone: time_zone.filter(|time_zone| *time_zone != state.time_zone),
        handover_timeout_minutes: timeout.filter(|_| timeout != state.handover_timeout_minutes),
    };
    let nothing_changed = changed.name.is_none()
        && changed.language.is_none()
        && changed.time_zone.is_none()
        && changed.handover_timeout_minutes.is_none();
    Ok(if nothing_changed { vec![] } else { vec![Event::WorkspaceSettingsChanged(changed)] })
}

fn publish_questionnaire(state: &WorkspaceState, command: PublishQuestionnaire) -> Decision {
    state.exists()?;
    let key = text::label("key", &command.questionnaire.key, KEY_TEXT)?;
    let questions = checked_questions(command.questionnaire.questions)?;
    let version = match state.questionnaires.get(&key) {
        Some(newest) if newest.questions == questions => return Ok(vec![]),
        Some(newest) => newest.version.saturating_add(1),
        None => {
            text::check_count("questionnaire", state.questionnaires.len() + 1, MAX_QUESTIONNAIRES)?;
            1
        }
    };
    let questionnaire = Questionnaire { key, version, questions };
    Ok(vec![Event::QuestionnairePublished(QuestionnairePublished { questionnaire })])
}

fn checked_questions(questions: Vec<Question>) -> Result<Vec<Question>, InvalidInput> {
    const FIELD: &str = "questions";
    if questions.is_empty() {
        return Err(InvalidInput::empty(FIELD));
    }
    text::check_count(FIELD, questions.len(), MAX_QUESTIONS)?;
    let mut keys = BTreeSet::new();
    for question in &questions {
        text::check_required(FIELD, &question.key, KEY_TEXT)?;
        text::check_required(FIELD, &question.text_en, SHORT_TEXT)?;
        text::check_required(FIELD, &question.text_ru, SHORT_TEXT)?;
        if question.max_score > 10 {
            return Err(InvalidInput::out_of_range(FIELD, "best scores from 0 to 10"));
        }
        if !keys.insert(&question.key) {
            return Err(InvalidInput::malformed(FIELD, "questions with a key of their own each"));
        }
    }
    drop(keys);
    Ok(questions)
}

/// The IANA name of a time zone that exists; one that is misspelt is answered with the nearest.
fn checked_time_zone(name: &str) -> Result<String, Rejection> {
    let name = text::label("time_zone", name, KEY_TEXT)?;
    Ok(calendar::zone(&name)?.name().to_owned())
}
