//! What clients think of it.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text, Unit};

const RATING: Measure = Measure {
    table: Table::Ratings,
    at: "t.rated_at",
    manager: "t.attributed_to",
    team: "c.team",
    holds: "t.rated_at is not null and t.score is not null",
    part: "t.id::text",
    start: "t.rated_position",
    stop: "t.rated_position",
    ..IN_CONSULTATION
};

const RATED: Metric = Metric {
    start: "`RatingSubmitted`, with the scores of the last `RatingRevised`",
    pause: "",
    dating: "when the client first answered",
    attribution: "who held the consultation when it was resolved; the team that is responsible now",
    population: "ratings with a score",
    measure: RATING,
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "rating", version: 1 },
        title: Text { en: "Rating", ru: "Оценка" },
        about: Text {
            en: "The mean score of a rating in hundredths; by `score` their distribution.",
            ru: "Средний балл оценки в сотых долях; по `score` видно распределение.",
        },
        unit: Unit::Hundredths,
        source: "Chatwoot, Zammad: the mean score of responses",
        measure: Measure { value: "t.score::bigint", ..RATING },
        ..RATED
    },
    Metric {
        key: MetricKey { name: "csat", version: 1 },
        title: Text { en: "CSAT", ru: "CSAT" },
        about: Text {
            en: "The share of ratings with a mean score of 4 or more, of a scale of 5.",
            ru: "Доля оценок со средним баллом 4 и выше по пятибалльной шкале.",
        },
        unit: Unit::Share,
        stop: "holds if the mean score is at least 4.00",
        source: "Chatwoot, CSAT: (4s + 5s) ÷ responses",
        measure: Measure { value: "(t.score >= 400)::int::bigint", ..RATING },
        ..RATED
    },
    Metric {
        key: MetricKey { name: "rating_response", version: 1 },
        title: Text { en: "Rating response rate", ru: "Доля ответивших на опрос" },
        about: Text {
            en: "The share of clients who were asked for a rating and gave one.",
            ru: "Доля клиентов, ответивших на просьбу об оценке.",
        },
        unit: Unit::Share,
        start: "`RatingRequested`",
        stop: "holds if `RatingSubmitted` followed",
        dating: "the request",
        population: "ratings that were asked for",
        source: "Chatwoot, response rate: responses ÷ surveys sent",
        measure: Measure {
            at: "t.requested_at",
            value: "(t.rated_at is not null)::int::bigint",
            holds: "t.requested_at is not null",
            start: "t.requested_position",
            stop: "coalesce(t.rated_position, t.requested_position)",
            ..RATING
        },
        ..RATED
    },
    Metric {
        key: MetricKey { name: "rating_question", version: 1 },
        title: Text { en: "Scores of questions", ru: "Баллы по вопросам" },
        about: Text {
            en: "The score of each question in hundredths; break it down by `question`.",
            ru: "Балл каждого вопроса в сотых долях; разбивайте по `question`.",
        },
        unit: Unit::Hundredths,
        population: "answers with a score",
        source: "chatwoot/chatwoot#6506, freescout-help-desk/freescout#2957: several questions",
        measure: Measure {
            each: Some("jsonb_to_recordset(t.answers) as x(question text, score int)"),
            value: "x.score::bigint * 100",
            holds: "t.rated_at is not null and x.score is not null",
            part: "t.id::text || x.question",
            ..RATING
        },
        ..RATED
    },
];
