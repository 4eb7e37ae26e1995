//! How fast and with how much work a consultation is resolved.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Text, Unit};

/// One fact where the last resolution stands.
pub(super) const STANDING: Measure = Measure {
    at: "t.full_resolution_at",
    manager: "t.full_resolution_by",
    team: "t.full_resolution_team",
    holds: "t.full_resolution_at is not null and t.merged_into is null",
    stop: "t.full_resolution_position",
    ..IN_CONSULTATION
};

/// What stops with that resolution.
pub(super) const RESOLVED: Metric = Metric {
    stop: "the last resolution: the consultation became `RESOLVED`, or `CLOSED` without that",
    attribution: "who held it at the stop, and the team then",
    population: "consultations whose last resolution stands (`RESOLVED` or `CLOSED` after all that happened) and that \
                 are not merged into another",
    measure: STANDING,
    ..SINCE_OPENED
};

const COUNTED: Metric = Metric { unit: Unit::Number, dating: "the last resolution", pause: "", ..RESOLVED };

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "first_resolution", version: 1 },
        title: Text { en: "First resolution", ru: "Первое решение" },
        about: Text {
            en: "How long it took until the consultation was first resolved.",
            ru: "Сколько прошло до первого решения консультации.",
        },
        stop: "the first resolution: the consultation became `RESOLVED`, or `CLOSED` without that",
        population: "consultations that were ever resolved and are not merged into another",
        source: "Zendesk, first resolution time",
        measure: Measure {
            at: "t.first_resolution_at",
            value: "t.first_resolution_ms",
            manager: "t.first_resolution_by",
            team: "t.first_resolution_team",
            holds: "t.first_resolution_at is not null and t.merged_into is null",
            stop: "t.first_resolution_position",
            ..IN_CONSULTATION
        },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "full_resolution", version: 1 },
        title: Text { en: "Full resolution", ru: "Полное решение" },
        about: Text {
            en: "How long it took until the consultation was resolved for good; what passed between a resolution and \
                 a reopening is part of it.",
            ru: "Сколько прошло до окончательного решения; время между решением и повторным открытием входит.",
        },
        source: "Zendesk, full resolution time: dead time between solve and reopen is inside",
        measure: Measure { value: "t.full_resolution_ms", ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "full_resolution", version: 2 },
        title: Text {
            en: "Full resolution without dead time", ru: "Полное решение без простоя"
        },
        about: Text {
            en: "How long the consultation was open until it was resolved for good; what passed between a resolution \
                 and a reopening is left out.",
            ru: "Сколько консультация была открыта до окончательного решения; время между решением и повторным \
                 открытием не входит.",
        },
        pause: "while it is `RESOLVED`, `CLOSED`, `CANCELLED` or merged",
        source: "Version 1 without the dead time that chatwoot/chatwoot#3570 and PR #12058 complain about",
        measure: Measure { value: "t.full_resolution_open_ms", ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "requester_wait", version: 1 },
        title: Text { en: "Requester wait", ru: "Ожидание клиента" },
        about: Text {
            en: "How long the client waited for us: queued, in progress or on hold.",
            ru: "Сколько клиент ждал нас: в очереди, в работе или на паузе.",
        },
        pause: "in any other stage than `QUEUED`, `IN_PROGRESS`, `ON_HOLD`",
        source: "Zendesk, requester wait time: new + open + hold",
        measure: Measure { value: "t.requester_wait_ms", ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "agent_work", version: 1 },
        title: Text { en: "Agent work time", ru: "Время работы" },
        about: Text {
            en: "How long it was with us and could be worked on: queued or in progress.",
            ru: "Сколько консультация была у нас и ею можно было заниматься: в очереди или в работе.",
        },
        pause: "in any other stage than `QUEUED`, `IN_PROGRESS`",
        source: "Zendesk, agent work time: new + open",
        measure: Measure { value: "t.agent_work_ms", ..STANDING },
        ..RESOLVED
    },
    Metric {
        key: MetricKey { name: "reopens", version: 1 },
        title: Text {
            en: "Reopenings of a consultation", ru: "Повторные открытия консультации"
        },
        about: Text {
            en: "How often a consultation was opened again before it was resolved for good.",
            ru: "Сколько раз консультацию открывали снова до окончательного решения.",
        },
        start: "`Reopened`, counted",
        source: "dbt_zendesk, reopens: solves - 1; here the reopenings themselves are counted",
        measure: Measure { value: "t.reopen_count::bigint", ..STANDING },
        ..COUNTED
    },
    Metric {
        key: MetricKey { name: "one_touch", version: 1 },
        title: Text {
            en: "One-touch, fewer than two replies", ru: "Решено сразу: меньше двух ответов"
        },
        about: Text {
            en: "The share of consultations that were resolved with fewer than two messages of persons; none counts, \
                 too.",
            ru: "Доля консультаций, решённых меньше чем двумя сообщениями менеджеров; без единого тоже считается.",
        },
        unit: Unit::Share,
        start: "`MessageSent` of managers up to the stop, counted: 0 or 1",
        source: "Zendesk Explore, the published formula: fewer than 2 agent replies",
        measure: Measure { value: "(t.reply_count < 2)::int::bigint", ..STANDING },
        ..COUNTED
    },
    Metric {
        key: MetricKey { name: "one_touch", version: 2 },
        title: Text {
            en: "One-touch, exactly one reply", ru: "Решено сразу: ровно один ответ"
        },
        about: Text {
            en: "The share of consultations that were resolved with exactly one message of a person.",
            ru: "Доля консультаций, решённых ровно одним сообщением менеджера.",
        },
        unit: Unit::Share,
        start: "`MessageSent` of managers up to the stop, counted: exactly 1",
        source: "Zendesk, a later page, and dbt_zendesk: exactly one agent reply",
        measure: Measure { value: "(t.reply_count = 1)::int::bigint", ..STANDING },
        ..COUNTED
    },
    Metric {
        key: MetricKey { name: "replies", version: 1 },
        title: Text { en: "Replies of a consultation", ru: "Ответы в консультации" },
        about: Text {
            en: "How many messages of persons a resolution took.",
            ru: "Сколько сообщений менеджеров понадобилось для решения.",
        },
        start: "`MessageSent` whose author is a manager, counted",
        source: "Zendesk, agent replies",
        measure: Measure { value: "t.reply_count::bigint", ..STANDING },
        ..COUNTED
    },
    Metric {
        key: MetricKey { name: "assignee_stations", version: 1 },
        title: Text { en: "Assignee stations", ru: "Смены менеджера" },
        about: Text {
            en: "How many stays with a manager a resolution took; coming back is a new stay.",
            ru: "У скольких менеджеров побывала консультация до решения; возврат считается заново.",
        },
        start: "`Assigned` to another manager than before, counted",
        source: "Zendesk and dbt_zendesk, assignee stations: distinct stays, not distinct people",
        measure: Measure { value: "t.assignee_stations::bigint", ..STANDING },
        ..COUNTED
    },
    Metric {
        key: MetricKey { name: "team_stations", version: 1 },
        title: Text { en: "Team stations", ru: "Смены команды" },
        about: Text {
            en: "How many stays with a team a resolution took; the one that it was opened for is the first.",
            ru: "В скольких командах побывала консультация до решения; команда при открытии считается первой.",
        },
        start: "the team at the opening and each `Assigned` to another team, counted",
        source: "Zendesk and dbt_zendesk, group stations",
        measure: Measure { value: "t.team_stations::bigint", ..STANDING },
        ..COUNTED
    },
];
