use uuid::Uuid;

use super::*;
use crate::{
    context::Actor,
    id::{ManagerId, ViewId},
    testing::{Given, given},
};

fn create() -> CreateWorkspace {
    CreateWorkspace { name: "Support".into(), language: "ru".into(), time_zone: "Europe/Moscow".into() }
}

fn created() -> WorkspaceEvent {
    WorkspaceEvent::WorkspaceCreated(WorkspaceCreated {
        name: "Support".into(),
        language: "ru".into(),
        time_zone: "Europe/Moscow".into(),
    })
}

fn workspace() -> Given<Workspace> {
    given([created()])
}

const NOTHING: ChangeWorkspaceSettings =
    ChangeWorkspaceSettings { name: None, language: None, time_zone: None, handover_timeout_minutes: None };

fn change(command: ChangeWorkspaceSettings) -> WorkspaceCommand {
    WorkspaceCommand::ChangeWorkspaceSettings(command)
}

fn timeout(minutes: u32) -> WorkspaceCommand {
    change(ChangeWorkspaceSettings { handover_timeout_minutes: Some(minutes), ..NOTHING })
}

fn question(key: &str) -> Question {
    Question {
        key: key.into(), text_en: "How was it?".into(), text_ru: "Как вам?".into(), max_score: 5
    }
}

fn publish(key: &str, questions: Vec<Question>) -> WorkspaceCommand {
    let questionnaire = Questionnaire { key: key.into(), version: 77, questions };
    WorkspaceCommand::PublishQuestionnaire(PublishQuestionnaire { questionnaire })
}

fn published(key: &str, version: u32, questions: Vec<Question>) -> WorkspaceEvent {
    let questionnaire = Questionnaire { key: key.into(), version, questions };
    WorkspaceEvent::QuestionnairePublished(QuestionnairePublished { questionnaire })
}

#[test]
fn a_workspace_is_set_up_once() {
    given::<Workspace>([])
        .when(WorkspaceCommand::CreateWorkspace(CreateWorkspace {
            name: " Support ".into(),
            language: "RU".into(),
            ..create()
        }))
        .then([created()])
        .when(WorkspaceCommand::CreateWorkspace(create()))
        .then_rejected("workspace_already_exists");
}

#[test]
fn a_workspace_has_a_name_a_language_and_a_time_zone() {
    let refused = |command, code, field| {
        given::<Workspace>([]).when(WorkspaceCommand::CreateWorkspace(command)).then_rejected_at(code, field);
    };
    refused(CreateWorkspace { name: " ".into(), ..create() }, "empty", "name");
    refused(CreateWorkspace { language: "r".into(), ..create() }, "malformed", "language");
    for time_zone in ["+03:00", "Europe/", "Europe Moscow", "Europe/Mos\ncow", "/", "1/2"] {
        refused(
            CreateWorkspace { time_zone: time_zone.into(), ..create() },
            "unknown_time_zone",
            "time_zone",
        );
    }
    refused(CreateWorkspace { time_zone: "a\0".into(), ..create() }, "nul_character", "time_zone");
}

#[test]
fn a_time_zone_that_does_not_exist_is_answered_with_the_nearest() {
    let command = change(ChangeWorkspaceSettings { time_zone: Some("Europe/Moskow".into()), ..NOTHING });
    workspace().when(command.clone()).then_rejected_at("unknown_time_zone", "time_zone");
    let WorkspaceCommand::ChangeWorkspaceSettings(settings) = command else { unreachable!() };
    let refused = crate::calendar::zone(&settings.time_zone.unwrap_or_default()).unwrap_err();
    assert!(refused.to_string().contains("`Europe/Moscow`"), "{refused}");
}

#[test]
fn the_usual_time_zones_are_known() {
    for time_zone in
        ["UTC", "Europe/Moscow", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "America/Port-au-Prince"]
    {
        given::<Workspace>([])
            .when(WorkspaceCommand::CreateWorkspace(CreateWorkspace {
                time_zone: time_zone.into(),
                ..create()
            }))
            .then_something();
    }
}

#[test]
fn only_the_settings_that_differ_change() {
    let command = change(ChangeWorkspaceSettings {
        name: Some("Support".into()),
        language: Some("EN".into()),
        time_zone: Some("UTC".into()),
        handover_timeout_minutes: Some(30),
    });
    given::<Workspace>([]).when(command.clone()).then_rejected("workspace_not_found");
    workspace()
        .when(command.clone())
        .then([WorkspaceEvent::WorkspaceSettingsChanged(WorkspaceSettingsChanged {
            name: None,
            language: Some("en".into()),
            time_zone: Some("UTC".into()),
            handover_timeout_minutes: Some(30),
        })])
        .when(command)
        .then_nothing()
        .when(change(ChangeWorkspaceSettings { name: Some("Help".into()), ..NOTHING }))
        .then_something()
        .when(timeout(30))
        .then_nothing();
}

#[test]
fn settings_have_their_limits() {
    for minutes in [0, 10_081] {
        workspace().when(timeout(minutes)).then_rejected_at("out_of_range", "handover_timeout_minutes");
    }
    workspace()
        .when(timeout(1))
        .then_something()
        .when(timeout(10_080))
        .then_something()
        .when(change(ChangeWorkspaceSettings { name: Some("\0".into()), ..NOTHING }))
        .then_rejected_at("nul_character", "name");
}

#[test]
fn the_versions_of_a_questionnaire_run_without_gaps() {
    given::<Workspace>([])
        .when(publish("support", vec![question("overall")]))
        .then_rejected("workspace_not_found");
    workspace()
        .when(publish(" support ", vec![question("overall")]))
        .then([published("support", 1, vec![question("overall")])])
        .when(publish("support", vec![question("overall")]))
        .then_nothing()
        .when(publish("support", vec![question("overall"), question("speed")]))
        .then([published("support", 2, vec![question("overall"), question("speed")])])
        .when(publish("call", vec![question("overall")]))
        .then([published("call", 1, vec![question("overall")])]);
}

#[test]
fn a_questionnaire_has_its_limits() {
    for (questions, code) in [
        (vec![], "empty"),
        (vec![question(" ")], "empty"),
        (vec![Question { text_en: String::new(), ..question("a") }], "empty"),
        (vec![Question { text_ru: "\0".into(), ..question("a") }], "nul_character"),
        (vec![Question { max_score: 11, ..question("a") }], "out_of_range"),
        (vec![question("a"), question("a")], "malformed"),
        ((0..51).map(|number| question(&number.to_string())).collect(), "too_many"),
    ] {
        workspace().when(publish("support", questions)).then_rejected_at(code, "questions");
    }
    workspace().when(publish(" ", vec![question("a")])).then_rejected_at("empty", "key");
}

#[test]
fn there_are_at_most_a_hundred_questionnaires() {
    let all = (0..100).map(|number| published(&number.to_string(), 1, vec![question("a")]));
    given::<Workspace>([created()].into_iter().chain(all))
        .when(publish("one more", vec![question("a")]))
        .then_rejected_at("too_many", "questionnaire")
        .when(publish("7", vec![question("b")]))
        .then([published("7", 2, vec![question("b")])]);
}

fn view(number: u128, name: &str, shared: bool) -> SaveView {
    SaveView {
        view_id: ViewId(Uuid::from_u128(number)),
        name: name.to_owned(),
        shared,
        filter: "{}".to_owned(),
        order: None,
        columns: vec!["topic".to_owned(), "status".to_owned()],
    }
}

fn saved(number: u128, name: &str, owner: Option<ManagerId>) -> WorkspaceEvent {
    let SaveView { view_id, filter, order, columns, .. } = view(number, name, true);
    let view = View { view_id, name: name.to_owned(), owner, filter, order, columns };
    WorkspaceEvent::ViewSaved(ViewSaved { view })
}

const OLGA: ManagerId = ManagerId(Uuid::from_u128(70));

#[test]
fn a_shared_view_is_saved_once_and_changed_by_anybody() {
    workspace()
        .when(WorkspaceCommand::SaveView(view(1, " Mine ", true)))
        .then([saved(1, "Mine", None)])
        .when(WorkspaceCommand::SaveView(view(1, "Mine", true)))
        .then_nothing()
        .when(WorkspaceCommand::SaveView(view(1, "Ours", true)))
        .then([saved(1, "Ours", None)])
        .when(WorkspaceCommand::DeleteView(DeleteView { view_id: ViewId(Uuid::from_u128(1)) }))
        .then([WorkspaceEvent::ViewDeleted(ViewDeleted { view_id: ViewId(Uuid::from_u128(1)) })])
        .when(WorkspaceCommand::DeleteView(DeleteView { view_id: ViewId(Uuid::from_u128(1)) }))
        .then_rejected("view_not_found");
}

#[test]
fn a_view_of_ones_own_needs_an_owner_and_is_nobody_elses() {
    workspace()
        .by(Actor::SYSTEM)
        .when(WorkspaceCommand::SaveView(view(1, "Mine", false)))
        .then_rejected("view_without_owner");
    let hers = given::<Workspace>([created(), saved(1, "Hers", Some(OLGA))]);
    hers.when(WorkspaceCommand::SaveView(view(1, "Stolen", true)))
        .then_rejected("view_not_found")
        .when(WorkspaceCommand::DeleteView(DeleteView { view_id: ViewId(Uuid::from_u128(1)) }))
        .then_rejected("view_not_found");
}

#[test]
fn a_view_has_bounds() {
    let save = |change: fn(&mut SaveView)| {
        let mut view = view(1, "Mine", true);
        change(&mut view);
        workspace().when(WorkspaceCommand::SaveView(view))
    };
    save(|view| view.name = " ".to_owned()).then_rejected_at("empty", "name");
    save(|view| view.name = "x".repeat(101)).then_rejected_at("too_long", "name");
    save(|view| view.filter = "x".repeat(20_001)).then_rejected_at("too_long", "filter");
    save(|view| view.columns = vec!["x".to_owned(); 51]).then_rejected_at("too_many", "columns");
    save(|view| view.columns = vec![String::new()]).then_rejected_at("empty", "columns");
    let all = (0..1_000).map(|number| saved(number, "one of many", None));
    given::<Workspace>([created()].into_iter().chain(all))
        .when(WorkspaceCommand::SaveView(view(5_000, "One more", true)))
        .then_rejected_at("too_many", "view")
        .when(WorkspaceCommand::SaveView(view(7, "Changed", true)))
        .then([saved(7, "Changed", None)]);
}

mod service_levels {
    use crate::{
        calendar::{OpenSpan, Weekday},
        service_level::{SlaCondition, SlaRule, SlaTargets},
        testing::given,
        workspace::{
            ImportHolidays, PublishCalendar, PublishSlaPolicies, Workspace, WorkspaceCommand,
            WorkspaceCreated, WorkspaceEvent,
        },
    };

    fn created() -> Vec<WorkspaceEvent> {
        vec![WorkspaceEvent::WorkspaceCreated(WorkspaceCreated {
            name: "Support".into(),
            language: "ru".into(),
            time_zone: "UTC".into(),
        })]
    }

    fn desk(until: u16) -> WorkspaceCommand {
        WorkspaceCommand::PublishCalendar(PublishCalendar {
            key: " desk ".into(),
            effective_from: None,
            time_zone: "Europe/Moscow".into(),
            week: vec![OpenSpan { weekday: Weekday::Monday, from: 540, until }],
            holidays: vec![],
        })
    }

    fn table(calendar: Option<&str>) -> WorkspaceCommand {
        let rule = SlaRule {
            key: "all".into(),
            when: SlaCondition::default(),
            calendar: calendar.map(str::to_owned),
            targets: SlaTargets { resolution: Some(60), ..SlaTargets::default() },
            warn_percent: None,
            pause_in: vec![],
            bots_respond: false,
        };
        WorkspaceCommand::PublishSlaPolicies(PublishSlaPolicies { effective_from: None, rules: vec![rule] })
    }

    #[test]
    fn nothing_is_published_where_there_is_no_workspace() {
        given::<Workspace>([]).when(desk(600)).then_rejected("workspace_not_found");
        given::<Workspace>([]).when(table(None)).then_rejected("workspace_not_found");
    }

    #[test]
    fn a_calendar_of_a_wrong_shape_names_the_field() {
        given::<Workspace>(created()).when(desk(540)).then_rejected_at("invalid_span", "week");
    }

    #[test]
    fn a_rule_counts_by_a_calendar_that_is_there() {
        given::<Workspace>(created()).when(table(Some("desk"))).then_rejected_at("unknown_calendar", "rules");
    }

    #[test]
    fn holidays_go_into_a_calendar_that_is_there() {
        let import = ImportHolidays { key: "desk".into(), effective_from: None, holidays: vec![] };
        let import = WorkspaceCommand::ImportHolidays(import);
        given::<Workspace>(created()).when(import).then_rejected_at("calendar_not_found", "key");
    }
}
