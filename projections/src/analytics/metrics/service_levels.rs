//! Whether what was promised was kept.

use super::{IN_CONSULTATION, Measure, Metric, MetricKey, SINCE_OPENED, Table, Text, Unit};

/// A clock that is decided.
const CLOCK: Measure = Measure {
    table: Table::Clocks,
    at: "t.at",
    value: "t.met::int::bigint",
    manager: "t.manager",
    team: "t.team",
    holds: "t.clock is not null",
    part: "t.part",
    start: "t.start",
    stop: "t.stop",
    ..IN_CONSULTATION
};

const DECIDED: Metric = Metric {
    unit: Unit::Share,
    start: "a clock of `docs/service-levels.md` is decided: 1 if it was stopped by its deadline or in that very \
            instant, 0 from the deadline on, still running or not",
    pause: "",
    attribution: "who held the consultation when that was decided, and the team then",
    dating: "when it was decided: the stop of a clock that was kept, the deadline of one that was not",
    population: "clocks with a target that were stopped or whose deadline has passed by the moment of the look; one \
                 that fell away before is none, and one of a resolution that was reopened runs again",
    measure: CLOCK,
    ..SINCE_OPENED
};

pub(super) const METRICS: &[Metric] = &[
    Metric {
        key: MetricKey { name: "sla_met", version: 1 },
        title: Text { en: "Targets met", ru: "Соблюдённые сроки" },
        about: Text {
            en: "The share of targets that were met among those that are decided, clock by clock, by the rules and \
                 calendars in force at each moment.",
            ru: "Доля соблюдённых сроков среди решённых, по каждому отсчёту, по правилам и календарям, действовавшим \
                 в каждый момент.",
        },
        source: "Zendesk, the ledger's reading of SLA achievement: achieved by achieved and breached, per instance",
        ..DECIDED
    },
    Metric {
        key: MetricKey { name: "sla_consultations", version: 1 },
        title: Text {
            en: "Consultations with all targets met", ru: "Консультации с соблюдёнными сроками"
        },
        about: Text {
            en: "The share of consultations that met all of their targets among those that are decided.",
            ru: "Доля консультаций, в которых соблюдены все сроки, среди решённых.",
        },
        start: "a consultation is decided: 0 from its first missed deadline on; 1 if targets of it were met, none \
                was missed and no clock of it runs towards one",
        dating: "the first missed deadline, or the stop of the last clock that was kept",
        population: "consultations with at least one decided clock",
        source: "Zendesk, the reading of the help pages: the share of tickets that met their targets",
        measure: Measure { holds: "t.clock is null", part: "''", ..CLOCK },
        ..DECIDED
    },
    Metric {
        key: MetricKey { name: "sla_overdue", version: 1 },
        title: Text { en: "Overdue time", ru: "Просрочка" },
        about: Text {
            en: "How late missed targets were: how much of the clock's own time passed after the deadline until it \
                 was stopped, or until now while it runs.",
            ru: "Насколько нарушены сроки: сколько времени отсчёта прошло после срока до остановки или до сих пор, \
                 если отсчёт идёт.",
        },
        unit: Unit::Milliseconds,
        start: "the deadline of a clock passed",
        stop: "the clock was stopped or fell away; the moment of the look while it runs",
        pause: "as the clock does: in the statuses of the rule's `pauseIn`, and while its calendar is closed",
        dating: "the deadline",
        population: "clocks whose deadline has passed, those that still run included: Libredesk leaves late ones out \
                     of its averages",
        source: "Zendesk, breach duration of metric events; used time and deadline as in the clock's ledger",
        measure: Measure { value: "t.late", holds: "t.clock is not null and not t.met", ..CLOCK },
        ..DECIDED
    },
];
