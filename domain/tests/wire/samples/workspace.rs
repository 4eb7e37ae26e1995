use ledgerdesk_domain::workspace::{
    CalendarPublished, Question, Questionnaire, QuestionnairePublished, SlaPoliciesPublished, View,
    ViewDeleted, ViewSaved, WorkspaceCreated, WorkspaceEvent as Event, WorkspaceSettingsChanged,
};
use ledgerdesk_domain::{
    calendar::{Calendar, Holiday, OpenSpan, Span, Weekday},
    consultation::{CatalogReference, Channel, Priority, Status},
    service_level::{SlaCondition, SlaRule, SlaTable, SlaTargets},
};

use super::{id, time};

pub(super) fn all() -> Vec<Event> {
    vec![
        Event::WorkspaceCreated(WorkspaceCreated {
            name: "Support".into(),
            language: "ru".into(),
            time_zone: "Europe/Moscow".into(),
        }),
        Event::WorkspaceSettingsChanged(WorkspaceSettingsChanged {
            name: Some("Help".into()),
            language: Some("en".into()),
            time_zone: Some("UTC".into()),
            handover_timeout_minutes: Some(30),
        }),
        Event::QuestionnairePublished(QuestionnairePublished {
            questionnaire: Questionnaire {
                key: "support".into(),
                version: 2,
                questions: vec![
                    Question {
                        key: "overall".into(),
                        text_en: "How did we do?".into(),
                        text_ru: "Как мы справились?".into(),
                        max_score: 5,
                    },
                    Question {
                        key: "wish".into(),
                        text_en: "What should we do better?".into(),
                        text_ru: "Что нам улучшить?".into(),
                        max_score: 0,
                    },
                ],
            },
        }),
        Event::ViewSaved(ViewSaved {
            view: View {
                view_id: id(0x90),
                name: "Printers on fire".into(),
                owner: Some(id(0xa1)),
                filter: r#"{"status":["QUEUED"],"tags":["fire"]}"#.into(),
                order: Some(r#"{"direction":"ASC","field":"WAITING_SINCE"}"#.into()),
                columns: vec!["topic".into(), "waitingSince".into()],
            },
        }),
        Event::ViewDeleted(ViewDeleted { view_id: id(0x90) }),
        Event::CalendarPublished(CalendarPublished {
            calendar: Calendar {
                key: "desk".into(),
                version: 2,
                effective_from: time("2026-03-01T00:00:00Z"),
                time_zone: "Europe/Moscow".into(),
                week: vec![OpenSpan { weekday: Weekday::Monday, from: 540, until: 1080 }],
                holidays: vec![Holiday {
                    date: "2026-03-09".parse().expect("a date"),
                    name: Some("8 марта".into()),
                    spans: vec![Span { from: 600, until: 720 }],
                }],
            },
        }),
        Event::SlaPoliciesPublished(SlaPoliciesPublished {
            table: SlaTable {
                version: 3,
                effective_from: time("2026-03-01T00:00:00Z"),
                rules: vec![SlaRule {
                    key: "urgent".into(),
                    when: SlaCondition {
                        priorities: vec![Priority::Urgent],
                        channels: vec![Channel::Telegram],
                        clients: vec![id(0xc1)],
                        topics: vec![CatalogReference { catalog: "product".into(), key: "printer".into() }],
                        tags: vec!["fire".into()],
                    },
                    calendar: Some("desk".into()),
                    targets: SlaTargets {
                        first_response: Some(900),
                        next_response: Some(1_800),
                        handover_acceptance: Some(7_200),
                        callback: Some(300),
                        resolution: Some(14_400),
                    },
                    warn_percent: Some(75),
                    pause_in: vec![Status::WaitingForClient, Status::OnHold],
                    bots_respond: true,
                }],
            },
        }),
    ]
}
