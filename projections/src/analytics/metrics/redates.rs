//! Promised times: how often they move, and whether they are kept.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text, Unit};

const REDATE: Measure = Measure {
    table: Table::Redates,
    at: "t.redated_at",
    manager: "t.assignee",
    team: "c.team",
    part: "t.id::text",
    start: "t.redated_position",
    stop: "t.redated_position",
    ..IN_CONSULTATION
};

const PROMISE: Measure = Measure {
    each: Some(
        "jsonb_to_recordset(t.promises) as x(at timestamptz, kept text, ms bigint, initiator text, by uuid, \
         team text, start bigint, stop bigint)",
    ),
    at: "x.at",
    manager: "x.by",
    team: "x.team",
    holds: "t.promises <> '[]' and t.merged_into is null",
    part: "x.start::text",
    start: "x.start",
    stop: "x.stop",
    ..IN_CONSULTATION
};

const PROMISED: Metric = Metric {
    start: "`Appointed` or `Redated`: a time is promised",
    pause: "",
    attribution: "who held it when the promise was decided, and the team then",
    dating: "the time promised",
    source: "No peer has callbacks as promises; DESIGN: the chain shows promised against kept",
    measure: PROMISE,
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "redates", version: 1 },
        title: Text { en: "Redates", ru: "Переносы" },
        about: Text {
            en: "Promised times that were moved.", ru: "Перенесённые назначенные времена."
        },
        unit: Unit::Count,
        start: "`Redated`",
        pause: "",
        dating: "the event",
        attribution: "who held the consultation then; the team that is responsible now",
        population: "all redates",
        source: "No peer has callbacks as things (chatwoot/chatwoot#9484)",
        measure: REDATE,
        ..SINCE_OPENED
    },
    Metric {
        key: MetricKey { name: "redate_lead", version: 1 },
        title: Text { en: "Redate lead time", ru: "Заблаговременность переноса" },
        about: Text {
            en: "How long before the promised time it was moved; less than nothing if it had passed.",
            ru: "За сколько до назначенного времени его перенесли; меньше нуля, если оно уже прошло.",
        },
        start: "`Redated`",
        stop: "the promised time before the move",
        dating: "the event",
        attribution: "who held the consultation then; the team that is responsible now",
        population: "all redates",
        source: "DESIGN: lead time of a redate",
        measure: Measure {
            value: "trunc(extract(epoch from t.moved_from - t.redated_at) * 1000)::bigint",
            ..REDATE
        },
        ..SINCE_OPENED
    },
    Metric {
        key: MetricKey { name: "redate_chain", version: 1 },
        title: Text {
            en: "Place in the chain of redates", ru: "Номер переноса в цепочке"
        },
        about: Text {
            en: "The how-manieth move of its consultation each redate is; the maximum is the longest chain.",
            ru: "Который по счёту это перенос в консультации; максимум равен самой длинной цепочке.",
        },
        unit: Unit::Number,
        start: "`Redated`, counted in its consultation",
        pause: "",
        dating: "the event",
        attribution: "who held the consultation then; the team that is responsible now",
        population: "all redates",
        source: "DESIGN: redates are counted",
        measure: Measure { value: "t.number::bigint", ..REDATE },
        ..SINCE_OPENED
    },
    Metric {
        key: MetricKey { name: "promise_kept", version: 1 },
        title: Text { en: "Promises kept", ru: "Выполненные обещания" },
        about: Text {
            en: "The share of promised times before whose end the two talked.",
            ru: "Доля назначенных времён, до конца которых разговор состоялся.",
        },
        unit: Unit::Share,
        stop: "holds if an answered call began after the promise and no later than its end",
        population: "promised times that were decided: kept, or missed, which the log shows by the next message, call, \
                     promise, or change of stage, manager or team after their end; not those that were moved, replaced, \
                     or fell away with the consultation's resolution before that; consultations that are not merged \
                     into another",
        measure: Measure { value: "(x.kept = 'KEPT')::int::bigint", ..PROMISE },
        ..PROMISED
    },
    Metric {
        key: MetricKey { name: "promise_delay", version: 1 },
        title: Text {
            en: "Delay of kept promises", ru: "Задержка выполненных обещаний"
        },
        about: Text {
            en: "From the promised time to the call that kept it; less than nothing for one that came early.",
            ru: "От назначенного времени до звонка, выполнившего обещание; меньше нуля, если позвонили раньше.",
        },
        start: "the promised time, or the start of its window",
        stop: "the answered call that kept it",
        population: "promised times that were kept; consultations that are not merged into another",
        measure: Measure {
            value: "x.ms",
            holds: "t.promises <> '[]' and t.merged_into is null and x.kept = 'KEPT'",
            ..PROMISE
        },
        ..PROMISED
    },
];
