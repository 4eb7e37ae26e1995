//! What is there at an instant.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Shape, Text, Unit};

/// One span for each stretch of the same stage, manager and team while there is work left.
pub(super) const SPANS: Measure = Measure {
    each: Some(
        "jsonb_to_recordset(t.stretches) as x(status text, by uuid, team text, \"from\" timestamptz, \
         until timestamptz, start bigint)",
    ),
    shape: Shape::Span,
    at: "x.\"from\"",
    until: Some("x.until"),
    manager: "x.by",
    team: "x.team",
    holds: "x.status in ('QUEUED', 'IN_PROGRESS', 'WAITING_FOR_CLIENT', 'ON_HOLD')",
    part: "x.start::text",
    start: "x.start",
    stop: "x.start",
    ..IN_CONSULTATION
};

const LEVEL: Metric = Metric {
    unit: Unit::Level,
    pause: "",
    dating: "the end of each bucket: what happened before that instant is seen, what happens at it is not",
    attribution: "who held it at that instant, and the team then",
    measure: SPANS,
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "backlog", version: 1 },
        title: Text { en: "Backlog", ru: "Открытые консультации" },
        about: Text {
            en: "Consultations that are open at an instant. Its change over a bucket is what came less what went.",
            ru: "Консультации, открытые в этот момент. Изменение за период: поступило минус ушло.",
        },
        start: "`ConsultationOpened` or `Reopened`",
        stop: "`Resolved`, `Closed`, `Cancelled` or `Merged`",
        population: "consultations that were `QUEUED`, `IN_PROGRESS`, `WAITING_FOR_CLIENT` or `ON_HOLD` then",
        source: "dbt_zendesk, rebuilt from history; Zendesk takes one snapshot a day, Zammad subtracts per bucket",
        ..LEVEL
    },
    Metric {
        key: MetricKey { name: "load", version: 1 },
        title: Text { en: "Load", ru: "Нагрузка" },
        about: Text {
            en: "Open consultations that a manager holds at an instant.",
            ru: "Открытые консультации у менеджеров в этот момент.",
        },
        start: "`Assigned` while it is open, or opened again while held",
        stop: "`Unassigned`, `Assigned` to another one, or the end of its being open",
        population: "consultations that were open then and held by a manager",
        source: "Intercom and Chatwoot, capacity: open conversations of a teammate",
        measure: Measure {
            holds: "x.status in ('QUEUED', 'IN_PROGRESS', 'WAITING_FOR_CLIENT', 'ON_HOLD') and x.by is not null",
            ..SPANS
        },
        ..LEVEL
    },
    Metric {
        key: MetricKey { name: "in_work", version: 1 },
        title: Text { en: "In work", ru: "В работе" },
        about: Text {
            en: "Consultations that a manager works on at an instant.",
            ru: "Консультации, которыми менеджеры занимаются в этот момент.",
        },
        start: "it became `IN_PROGRESS` or came to a manager while it was",
        stop: "the stage or the manager changed",
        population: "consultations that were `IN_PROGRESS` then and held by a manager",
        source: "Intercom, handling: open and assigned",
        measure: Measure { holds: "x.status = 'IN_PROGRESS' and x.by is not null", ..SPANS },
        ..LEVEL
    },
];
