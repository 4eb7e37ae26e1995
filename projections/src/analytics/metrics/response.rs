//! How fast the client is answered.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Text};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "first_response", version: 1 },
        title: Text { en: "First response", ru: "Первый ответ" },
        about: Text {
            en: "How long the client waited for the first message of a person.",
            ru: "Сколько клиент ждал первого сообщения от человека.",
        },
        stop: "the first `MessageSent` whose author is a manager",
        attribution: "who wrote it, and the team then",
        source: "Zendesk, first reply time: bots never end it; Chatwoot, `first_response`",
        measure: Measure {
            at: "t.first_response_at",
            value: "t.first_response_ms",
            manager: "t.first_response_by",
            team: "t.first_response_team",
            holds: "t.first_response_at is not null and t.merged_into is null",
            stop: "t.first_response_position",
            ..IN_CONSULTATION
        },
        ..SINCE_OPENED
    },
    Metric {
        key: MetricKey { name: "first_reply", version: 1 },
        title: Text {
            en: "First reply, programs included", ru: "Первый ответ, включая ботов"
        },
        about: Text {
            en: "How long the client waited for the first message of anybody: a manager, a bot, the system.",
            ru: "Сколько клиент ждал первого сообщения от кого угодно: менеджера, бота, системы.",
        },
        stop: "the first `MessageSent`, whoever its author is",
        attribution: "the manager who wrote it, nobody for a program; the team then",
        source: "Intercom, first reply with the bot's part included; the pair with `first_response` is required here",
        measure: Measure {
            at: "t.first_reply_at",
            value: "t.first_reply_ms",
            manager: "t.first_reply_by",
            team: "t.first_reply_team",
            holds: "t.first_reply_at is not null and t.merged_into is null",
            stop: "t.first_reply_position",
            ..IN_CONSULTATION
        },
        ..SINCE_OPENED
    },
    Metric {
        key: MetricKey { name: "next_response", version: 1 },
        title: Text { en: "Next response", ru: "Следующий ответ" },
        about: Text {
            en: "How long the client waited for each answer after the first one.",
            ru: "Сколько клиент ждал каждого ответа после первого.",
        },
        start: "the oldest `MessageReceived` without an answer, after the first response; several messages in a row \
                start one clock",
        stop: "the next `MessageSent` whose author is a manager",
        attribution: "who answered, and the team then",
        population: "answers; a wait that ends with the consultation is none; consultations that are not merged into \
                     another",
        source: "Zendesk, next reply time",
        measure: Measure {
            each: Some(
                "jsonb_to_recordset(t.responses) as x(at timestamptz, ms bigint, by uuid, team text, start bigint, \
                 stop bigint)",
            ),
            at: "x.at",
            value: "x.ms",
            manager: "x.by",
            team: "x.team",
            holds: "t.merged_into is null and t.responses <> '[]'",
            part: "x.stop::text",
            start: "x.start",
            stop: "x.stop",
            ..IN_CONSULTATION
        },
        ..SINCE_OPENED
    },
];
