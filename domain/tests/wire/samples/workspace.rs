use ledgerdesk_domain::workspace::{
    Question, Questionnaire, QuestionnairePublished, View, ViewDeleted, ViewSaved, WorkspaceCreated,
    WorkspaceEvent as Event, WorkspaceSettingsChanged,
};

use super::id;

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
    ]
}
