//! Durations in business time: the same spans as by the clock on the wall, as far as the calendar was open in them.

use super::{
    super::open_time::open_by,
    Clock, IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text,
    levels::SPANS,
    resolution::{self, STANDING},
};

/// Milliseconds of open time between two moments.
macro_rules! between {
    ($from:literal, $to:literal) => {
        concat!("((", open_by!($to), " - ", open_by!($from), ") / 1000)")
    };
}

/// Milliseconds of open time that the consultation was in one of these stages.
macro_rules! in_stages {
    ($stages:literal) => {
        concat!(
            "(select coalesce(sum(",
            open_by!("x.until"),
            " - ",
            open_by!("x.\"from\""),
            "), 0)::bigint / 1000 from jsonb_to_recordset(t.stretches) as x(status text, \"from\" timestamptz, \
             until timestamptz) where x.until is not null and x.status in (",
            $stages,
            "))"
        )
    };
}

const PAUSE: &str = "while the calendar is closed";

const BUSINESS: Metric = Metric { clock: Clock::Calendar, pause: PAUSE, ..SINCE_OPENED };

const RESOLVED: Metric = Metric { clock: Clock::Calendar, pause: PAUSE, ..resolution::RESOLVED };

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "first_response_business", version: 1 },
        title: Text {
            en: "First response, business time", ru: "Первый ответ, рабочее время"
        },
        about: Text {
            en: "How much business time passed until the first message of a person.",
            ru: "Сколько рабочего времени прошло до первого сообщения от человека.",
        },
        stop: "the first `MessageSent` whose author is a manager",
        attribution: "who wrote it, and the team then",
        source: "Zendesk, first reply time in business minutes; each moment by the calendar in force then",
        measure: Measure {
            at: "t.first_response_at",
            value: between!("t.opened_at", "t.first_response_at"),
            manager: "t.first_response_by",
            team: "t.first_response_team",
            holds: "t.first_response_at is not null and t.merged_into is null",
            stop: "t.first_response_position",
            ..IN_CONSULTATION
        },
        ..BUSINESS
    },
    Metric {
        key: MetricKey { name: "next_response_business", version: 1 },
        title: Text {
            en: "Next response, business time", ru: "Следующий ответ, рабочее время"
        },
        about: Text {
            en: "How much business time the client waited for each answer after the first one.",
            ru: "Сколько рабочего времени клиент ждал каждого ответа после первого.",
        },
        start: "the oldest `MessageReceived` without an answer, after the first response; several messages in a row \
                start one clock",
        stop: "the next `MessageSent` whose author is a manager",
        attribution: "who answered, and the team then",
        population: "answers; a wait that ends with the consultation is none; consultations that are not merged into \
                     another",
        source: "Zendesk, next reply time in business minutes",
        measure: Measure {
            each: Some(
                "jsonb_to_recordset(t.responses) as x(at timestamptz, since timestamptz, by uuid, team text, \
                 start bigint, stop bigint)",
            ),
            at: "x.at",
            value: between!("x.since", "x.at"),
            manager: "x.by",
            team: "x.team",
            holds: "t.merged_into is null and t.responses <> '[]'",
            part: "x.stop::text",
            start: "x.start",
            stop: "x.stop",
            ..IN_CONSULTATION
        },
        ..BUSINESS
    },
    Metric {
        key: MetricKey { name: "first_resolution_business", version: 1 },
        title: Text {
            en: "First resolution, business time", ru: "Первое решение, рабочее время"
        },
        about: Text {
            en: "How much business time passed until the consultation was first resolved.",
            ru: "Сколько рабочего времени прошло до первого решения консультации.",
        },
        stop: "the first resolution: the consultation became `RESOLVED`, or `CLOSED` without that",
        population: "consultations that were ever resolved and are not merged into another",
        source: "Zendesk, first resolution time in business minutes; not by the one calendar of the end",
        measure: Measure {
            at: "t.first_resolution_at",
            value: between!("t.opened_at", "t.first_resolution_at"),
            manager: "t.first_resolution_by",
            team: "t.first_resolution_team",
            holds: "t.first_resolution_at is not null and t.merged_into is null",
            stop: "t.first_resolution_position",
            ..IN_CONSULTATION
        },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "full_resolution_business", version: 1 },
        title: Text {
            en: "Full resolution, business time", ru: "Полное решение, рабочее время"
        },
        about: Text {
            en: "How much business time passed until the consultation was resolved for good; what passed between a \
                 resolution and a reopening is part of it.",
            ru: "Сколько рабочего времени прошло до окончательного решения; время между решением и повторным \
                 открытием входит.",
        },
        source: "Zendesk, full resolution time in business minutes",
        measure: Measure { value: between!("t.opened_at", "t.full_resolution_at"), ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "full_resolution_business", version: 2 },
        title: Text {
            en: "Full resolution without dead time, business time",
            ru: "Полное решение без простоя, рабочее время",
        },
        about: Text {
            en: "How much business time the consultation was open until it was resolved for good; what passed between \
                 a resolution and a reopening is left out.",
            ru: "Сколько рабочего времени консультация была открыта до окончательного решения; время между решением и \
                 повторным открытием не входит.",
        },
        pause: "while the calendar is closed, and while it is `RESOLVED`, `CLOSED`, `CANCELLED` or merged",
        source: "`full_resolution` version 2 by the calendar",
        measure: Measure {
            value: in_stages!("'QUEUED', 'IN_PROGRESS', 'WAITING_FOR_CLIENT', 'ON_HOLD'"),
            ..STANDING
        },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "requester_wait_business", version: 1 },
        title: Text {
            en: "Requester wait, business time", ru: "Ожидание клиента, рабочее время"
        },
        about: Text {
            en: "How much business time the client waited for us: queued, in progress or on hold.",
            ru: "Сколько рабочего времени клиент ждал нас: в очереди, в работе или на паузе.",
        },
        pause: "while the calendar is closed, and in any other stage than `QUEUED`, `IN_PROGRESS`, `ON_HOLD`",
        source: "Zendesk, requester wait time in business minutes: never restated by a later schedule",
        measure: Measure { value: in_stages!("'QUEUED', 'IN_PROGRESS', 'ON_HOLD'"), ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "handover_time_to_accept_business", version: 1 },
        title: Text {
            en: "Time to accept a handover, business time",
            ru: "Время до принятия эскалации, рабочее время",
        },
        about: Text {
            en: "How much business time a handover waited for somebody to take over.",
            ru: "Сколько рабочего времени эскалация ждала, пока её примут.",
        },
        start: "`HandoverRequested`",
        stop: "`HandoverAccepted`",
        attribution: "who took over, and the team asked",
        population: "handovers that reached the stop; a time before the request counts as 0",
        source: "`handover_time_to_accept` by the calendar",
        measure: Measure {
            table: Table::Handovers,
            at: "t.accepted_at",
            value: concat!("greatest(", between!("t.requested_at", "t.accepted_at"), ", 0)"),
            manager: "t.assigned_to",
            team: "t.to_team",
            holds: "t.accepted_at is not null",
            part: "t.id::text",
            start: "t.requested_position",
            stop: "t.accepted_position",
            ..IN_CONSULTATION
        },
        ..BUSINESS
    },
];

/// Spans that a manager held.
const HELD: Measure =
    Measure { holds: "x.status in ('QUEUED', 'IN_PROGRESS') and x.by is not null", ..SPANS };

const SPENT: Metric = Metric {
    unit: super::Unit::OpenTime,
    stop: "the stage or the manager changed, or the range ended",
    attribution: "who held it, and the team then",
    dating: "each moment by itself: a span counts in every bucket as far as it lies in it, and no bucket goes beyond \
             the moment of the look",
    measure: HELD,
    ..BUSINESS
};

pub(super) const OF_MANAGERS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "concurrent_load", version: 1 },
        title: Text { en: "Concurrent load", ru: "Одновременная нагрузка" },
        about: Text {
            en: "How many consultations a manager had at once, queued or in progress, on average over the open time: \
                 agent work time by open time.",
            ru: "Сколько консультаций менеджер держал одновременно, в очереди или в работе, в среднем за рабочее \
                 время: время работы к рабочему времени.",
        },
        start: "it came to a manager while `QUEUED` or `IN_PROGRESS`, or became so while held",
        population: "open time of managers who had any consultation in some of it; two at once count twice",
        source: "Zendesk, agent work time, by the open time of the same span; Intercom, handling time",
        ..SPENT
    },
    Metric {
        key: MetricKey { name: "utilisation", version: 1 },
        title: Text { en: "Utilisation", ru: "Занятость" },
        about: Text {
            en: "The share of the open time in which a manager had at least one consultation in progress.",
            ru: "Доля рабочего времени, в которую у менеджера была в работе хотя бы одна консультация.",
        },
        start: "it became `IN_PROGRESS` or came to a manager while it was",
        population: "open time of managers who had a consultation in progress in some of it; two at once count once",
        source: "Occupancy of call centres: busy time by available time; Intercom, adjusted handling time",
        measure: Measure { union: true, holds: "x.status = 'IN_PROGRESS' and x.by is not null", ..HELD },
        ..SPENT
    },
];
