//! What comes and goes.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Text, Unit};

const FLOW: Metric = Metric {
    unit: Unit::Count,
    pause: "",
    dating: "the event",
    attribution: "who held it then, and the team then",
    population: "all, those that were merged later included: what happened has happened",
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "opened", version: 1 },
        title: Text { en: "Opened", ru: "Открыто" },
        about: Text {
            en: "Consultations that came in.", ru: "Поступившие консультации."
        },
        start: "`ConsultationOpened`",
        attribution: "nobody; the team that it was queued for",
        source: "Zammad and Freshdesk, created",
        ..FLOW
    },
    Metric {
        key: MetricKey { name: "resolved", version: 1 },
        title: Text { en: "Resolved", ru: "Решено" },
        about: Text {
            en: "Resolutions; a consultation that was reopened may have several.",
            ru: "Решения; у повторно открытой консультации их может быть несколько.",
        },
        start: "the consultation became `RESOLVED`, or `CLOSED` without that",
        source: "Chatwoot, `conversation_resolved`: one for each resolution, but dated by the event",
        measure: Measure {
            each: Some(
                "jsonb_to_recordset(t.resolutions) as x(at timestamptz, by uuid, team text, stop bigint)",
            ),
            at: "x.at",
            manager: "x.by",
            team: "x.team",
            holds: "t.resolutions <> '[]'",
            part: "x.stop::text",
            start: "x.stop",
            stop: "x.stop",
            ..IN_CONSULTATION
        },
        ..FLOW
    },
    Metric {
        key: MetricKey { name: "reopened", version: 1 },
        title: Text { en: "Reopened", ru: "Открыто повторно" },
        about: Text {
            en: "Consultations that came back.", ru: "Вернувшиеся консультации."
        },
        start: "`Reopened`",
        source: "Zammad, reopened: counted here at the reopening and never taken back",
        measure: Measure {
            each: Some(
                "jsonb_to_recordset(t.reopenings) as x(at timestamptz, by uuid, team text, stop bigint)",
            ),
            at: "x.at",
            manager: "x.by",
            team: "x.team",
            holds: "t.reopenings <> '[]'",
            part: "x.stop::text",
            start: "x.stop",
            stop: "x.stop",
            ..IN_CONSULTATION
        },
        ..FLOW
    },
];
