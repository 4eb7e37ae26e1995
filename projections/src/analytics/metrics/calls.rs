//! Whether calls reach people.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text, Unit};

const CALL: Measure = Measure {
    table: Table::Calls,
    at: "t.started_at",
    manager: "t.manager_id",
    team: "c.team",
    part: "t.id::text",
    start: "t.last_position",
    stop: "t.last_position",
    ..IN_CONSULTATION
};

const CALLS: Metric = Metric {
    start: "`CallLogged`",
    pause: "",
    dating: "when it began to ring",
    attribution: "the manager who called or was called; the team that is responsible now",
    population: "all calls",
    source: "Zendesk Talk and Chatwoot calls; attempts are facts of their own here",
    measure: CALL,
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "calls", version: 1 },
        title: Text { en: "Calls", ru: "Звонки" },
        about: Text {
            en: "Call attempts; by `outcome` their mix, by `hour` when they are made.",
            ru: "Попытки дозвона; по `outcome` видны их исходы, по `hour` время суток.",
        },
        unit: Unit::Count,
        ..CALLS
    },
    Metric {
        key: MetricKey { name: "call_reach", version: 1 },
        title: Text { en: "Call reach", ru: "Дозвон" },
        about: Text {
            en: "The share of calls in which the two talked.",
            ru: "Доля звонков, в которых разговор состоялся.",
        },
        unit: Unit::Share,
        stop: "holds if the outcome is `ANSWERED`",
        measure: Measure { value: "(t.outcome = 'ANSWERED')::int::bigint", ..CALL },
        ..CALLS
    },
    Metric {
        key: MetricKey { name: "call_wait", version: 1 },
        title: Text { en: "Ringing", ru: "Ожидание на линии" },
        about: Text { en: "How long a call rang.", ru: "Сколько звонок ждал ответа." },
        stop: "the answer, or the end of the ringing",
        population: "calls whose ringing was measured",
        measure: Measure {
            value: "t.wait_seconds::bigint * 1000",
            holds: "t.wait_seconds is not null",
            ..CALL
        },
        ..CALLS
    },
    Metric {
        key: MetricKey { name: "call_talk", version: 1 },
        title: Text { en: "Talking", ru: "Разговор" },
        about: Text { en: "How long the two talked.", ru: "Сколько длился разговор." },
        stop: "the end of the call",
        population: "calls whose talk was measured",
        measure: Measure {
            value: "t.duration_seconds::bigint * 1000",
            holds: "t.duration_seconds is not null",
            ..CALL
        },
        ..CALLS
    },
    Metric {
        key: MetricKey { name: "call_attempts", version: 1 },
        title: Text {
            en: "Call attempts of a consultation", ru: "Попытки дозвона в консультации"
        },
        about: Text {
            en: "How many times we called in a consultation in which we called at all.",
            ru: "Сколько раз мы звонили в консультации, в которой звонили вообще.",
        },
        unit: Unit::Number,
        start: "`CallLogged`, outbound, counted",
        dating: "the first of them",
        attribution: "who made the first one; the team that is responsible now",
        population: "consultations with an outbound call",
        measure: Measure {
            at: "t.first_attempt_at",
            value: "t.attempt_count::bigint",
            manager: "t.first_attempt_by",
            team: "t.team",
            holds: "t.first_attempt_at is not null",
            ..IN_CONSULTATION
        },
        ..CALLS
    },
    Metric {
        key: MetricKey { name: "call_attempts_until_answered", version: 1 },
        title: Text { en: "Attempts until answered", ru: "Попыток до ответа" },
        about: Text {
            en: "The how-manieth outbound call of a consultation was the first that was answered.",
            ru: "С которой попытки удалось дозвониться.",
        },
        unit: Unit::Number,
        start: "`CallLogged`, outbound, counted up to the first with the outcome `ANSWERED`",
        dating: "the answered call",
        attribution: "who made it; the team that is responsible now",
        population: "consultations with an outbound call that was answered",
        measure: Measure {
            at: "t.answered_attempt_at",
            value: "t.answered_attempt::bigint",
            manager: "t.answered_attempt_by",
            team: "t.team",
            holds: "t.answered_attempt_at is not null",
            ..IN_CONSULTATION
        },
        ..CALLS
    },
];
