//! The funnel of handovers.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text, Unit};

/// A handover, dated by its request.
const HANDOVER: Measure = Measure {
    table: Table::Handovers,
    at: "t.requested_at",
    manager: "t.from_assignee",
    team: "t.to_team",
    part: "t.id::text",
    start: "t.requested_position",
    stop: "t.requested_position",
    ..IN_CONSULTATION
};

const COUNT: Metric = Metric {
    unit: Unit::Count,
    pause: "",
    dating: "the event",
    population: "all handovers",
    measure: HANDOVER,
    ..SINCE_OPENED
};

const DURATION: Metric = Metric {
    start: "`HandoverRequested`",
    dating: "the stop",
    population: "handovers that reached the stop; a time before the request counts as 0",
    source: "The funnel of DESIGN: requested, accepted, first response, resolved; no peer has handovers as things",
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "handovers_requested", version: 1 },
        title: Text { en: "Handovers requested", ru: "Запрошено эскалаций" },
        about: Text {
            en: "Handovers that were asked for.", ru: "Запрошенные эскалации."
        },
        start: "`HandoverRequested`",
        attribution: "who held the consultation, and the team asked",
        source: "The first step of the funnel; Chatwoot keeps only the first of a conversation",
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handovers_accepted", version: 1 },
        title: Text { en: "Handovers accepted", ru: "Принято эскалаций" },
        about: Text {
            en: "Handovers that somebody took over.", ru: "Эскалации, которые кто-то принял."
        },
        start: "`HandoverAccepted`",
        attribution: "who took over, and the team asked",
        source: "A step of the funnel",
        measure: Measure {
            at: "t.accepted_at",
            manager: "t.assigned_to",
            holds: "t.accepted_at is not null",
            stop: "t.accepted_position",
            ..HANDOVER
        },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handovers_declined", version: 1 },
        title: Text {
            en: "Handover offers declined", ru: "Отклонено предложений эскалации"
        },
        about: Text {
            en: "Offers that were declined; a handover may be declined by several.",
            ru: "Отклонённые предложения; одну эскалацию могут отклонить несколько раз.",
        },
        start: "`HandoverDeclined`",
        attribution: "who declined, and the team asked",
        source: "A step of the funnel",
        measure: Measure {
            each: Some("jsonb_to_recordset(t.declines) as x(at timestamptz, by uuid, stop bigint)"),
            at: "x.at",
            manager: "x.by",
            holds: "t.declines <> '[]'",
            part: "x.stop::text",
            stop: "x.stop",
            ..HANDOVER
        },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handovers_expired", version: 1 },
        title: Text { en: "Handovers expired", ru: "Просрочено эскалаций" },
        about: Text {
            en: "Handovers that nobody took over in time.",
            ru: "Эскалации, которые никто не принял вовремя.",
        },
        start: "`HandoverExpired`",
        attribution: "who was last made an offer, and the team asked",
        source: "A step of the funnel",
        measure: Measure {
            at: "t.expired_at",
            manager: "t.offered_to",
            holds: "t.expired_at is not null",
            stop: "t.expired_position",
            ..HANDOVER
        },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handovers_returned", version: 1 },
        title: Text { en: "Handovers returned", ru: "Возвращено эскалаций" },
        about: Text {
            en: "Handovers that were given back.", ru: "Эскалации, которые вернули."
        },
        start: "`HandoverReturned`",
        attribution: "who gave it back, and the team asked",
        source: "A step of the funnel",
        measure: Measure {
            at: "t.returned_at",
            manager: "t.returned_by",
            holds: "t.returned_at is not null",
            stop: "t.returned_position",
            ..HANDOVER
        },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handovers_resolved", version: 1 },
        title: Text { en: "Handovers resolved", ru: "Выполнено эскалаций" },
        about: Text {
            en: "Handovers whose work was done.", ru: "Эскалации, работа по которым сделана."
        },
        start: "`HandoverResolved` with the outcome `DONE`",
        attribution: "who did it, and the team asked",
        source: "The last step of the funnel",
        measure: Measure {
            at: "t.resolved_at",
            manager: "t.resolved_by",
            holds: "t.resolved_at is not null and t.outcome = 'DONE'",
            stop: "t.resolved_position",
            ..HANDOVER
        },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handover_acceptance", version: 1 },
        title: Text { en: "Handover acceptance", ru: "Доля принятых эскалаций" },
        about: Text {
            en: "The share of handovers that somebody took over.",
            ru: "Доля эскалаций, которые кто-то принял.",
        },
        unit: Unit::Share,
        start: "`HandoverRequested`; holds if `HandoverAccepted` followed",
        dating: "the request",
        attribution: "who held the consultation, and the team asked",
        source: "The funnel: accepted of requested",
        measure: Measure { value: "(t.accepted_at is not null)::int::bigint", ..HANDOVER },
        ..COUNT
    },
    Metric {
        key: MetricKey { name: "handover_time_to_accept", version: 1 },
        title: Text {
            en: "Time to accept a handover", ru: "Время до принятия эскалации"
        },
        about: Text {
            en: "How long a handover waited for somebody to take over.",
            ru: "Сколько эскалация ждала, пока её примут.",
        },
        stop: "`HandoverAccepted`",
        attribution: "who took over, and the team asked",
        measure: Measure {
            at: "t.accepted_at",
            value: "greatest(trunc(extract(epoch from t.accepted_at - t.requested_at) * 1000)::bigint, 0)",
            manager: "t.assigned_to",
            holds: "t.accepted_at is not null",
            stop: "t.accepted_position",
            ..HANDOVER
        },
        ..DURATION
    },
    Metric {
        key: MetricKey { name: "handover_time_to_first_response", version: 1 },
        title: Text {
            en: "Time to first response in a handover",
            ru: "Время до первого ответа по эскалации",
        },
        about: Text {
            en: "How long the client waited for a person after a handover was asked for.",
            ru: "Сколько клиент ждал человека после запроса эскалации.",
        },
        stop: "the `MessageSent` that the log marks as the handover's first response",
        attribution: "who took over, and the team asked",
        measure: Measure {
            at: "t.first_response_at",
            value: "greatest(trunc(extract(epoch from t.first_response_at - t.requested_at) * 1000)::bigint, 0)",
            manager: "t.assigned_to",
            holds: "t.first_response_at is not null",
            stop: "t.first_response_position",
            ..HANDOVER
        },
        ..DURATION
    },
    Metric {
        key: MetricKey { name: "handover_time_to_resolve", version: 1 },
        title: Text {
            en: "Time to resolve a handover", ru: "Время до завершения эскалации"
        },
        about: Text {
            en: "How long a handover took from its request until its work was done.",
            ru: "Сколько прошло от запроса эскалации до завершения работы.",
        },
        stop: "`HandoverResolved` with the outcome `DONE`",
        attribution: "who did it, and the team asked",
        measure: Measure {
            at: "t.resolved_at",
            value: "greatest(trunc(extract(epoch from t.resolved_at - t.requested_at) * 1000)::bigint, 0)",
            manager: "t.resolved_by",
            holds: "t.resolved_at is not null and t.outcome = 'DONE'",
            stop: "t.resolved_position",
            ..HANDOVER
        },
        ..DURATION
    },
];
