//! Every metric: the only list. Sources are named at each; `docs/metrics.md` is written from here.

mod business;
mod calls;
mod flow;
mod handovers;
mod levels;
mod ratings;
mod redates;
mod resolution;
mod response;
mod service_levels;

use super::{
    metric::{Clock, Measure, Metric, MetricKey, Shape, Table, Text, Unit},
    refusal::{Refusal, nearest},
};

/// Every definition, a metric's versions in their order.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    [
        response::METRICS,
        resolution::METRICS,
        flow::METRICS,
        levels::METRICS,
        handovers::METRICS,
        redates::METRICS,
        calls::METRICS,
        ratings::METRICS,
        business::METRICS,
        business::OF_MANAGERS,
        service_levels::METRICS,
    ]
    .into_iter()
    .flatten()
}

/// The metric of this name; the newest version unless one is named.
pub fn find(name: &str, version: Option<u16>) -> Result<&'static Metric, Refusal> {
    let versions: Vec<_> = all().filter(|metric| metric.key.name == name).collect();
    let Some(newest) = versions.last() else {
        let mut names: Vec<_> = all().map(|metric| metric.key.name).collect();
        names.dedup();
        return Err(Refusal::UnknownMetric { name: name.to_owned(), nearest: nearest(name, names) });
    };
    let Some(version) = version else { return Ok(newest) };
    versions.iter().find(|metric| metric.key.version == version).copied().ok_or_else(|| {
        Refusal::UnknownVersion {
            metric: newest.key.name,
            version,
            versions: versions.iter().map(|metric| metric.key.version).collect(),
        }
    })
}

/// What most facts are like: one in a consultation, at a moment, with nothing to tell it from others.
const IN_CONSULTATION: Measure = Measure {
    table: Table::Consultations,
    each: None,
    shape: Shape::Moment,
    at: "t.opened_at",
    until: None,
    union: false,
    value: "1::bigint",
    manager: "null::uuid",
    team: "t.opened_team",
    holds: "true",
    part: "''",
    start: "t.opened_position",
    stop: "t.opened_position",
};

/// A duration from the opening.
const SINCE_OPENED: Metric = Metric {
    key: MetricKey { name: "", version: 1 },
    title: Text { en: "", ru: "" },
    about: Text { en: "", ru: "" },
    unit: Unit::Milliseconds,
    start: "`ConsultationOpened`",
    stop: "",
    pause: "never",
    clock: Clock::Wall,
    attribution: "",
    dating: "the stop",
    population: "consultations that reached the stop and are not merged into another",
    source: "",
    measure: IN_CONSULTATION,
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn names_are_told_once_and_versions_count_from_one() {
        let mut versions: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
        for metric in all() {
            versions.entry(metric.key.name).or_default().push(metric.key.version);
            let name = metric.key.name;
            assert!(
                !metric.title.ru.is_empty() && !metric.about.ru.is_empty(),
                "{name} is not told in Russian"
            );
            for text in [metric.about.en, metric.start, metric.attribution, metric.dating, metric.source] {
                assert!(!text.is_empty(), "{name} says too little");
            }
            assert_eq!(metric.unit.has_facts(), metric.measure.shape == Shape::Moment, "{name}");
            let by_calendar = metric.measure.value.contains("k.used") || metric.unit == Unit::OpenTime;
            assert_eq!(metric.clock == Clock::Calendar, by_calendar, "{name}");
        }
        for (name, versions) in versions {
            let expected: Vec<_> = (1..).take(versions.len()).collect();
            assert_eq!(versions, expected, "{name}");
        }
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest_ones() {
        let Err(Refusal::UnknownMetric { nearest, .. }) = find("first_respons", None) else {
            panic!("there is no such metric")
        };
        assert_eq!(nearest.first().map(String::as_str), Some("first_response"));
        assert_eq!(find("one_touch", None).unwrap().key.version, 2);
        assert_eq!(find("one_touch", Some(1)).unwrap().key.version, 1);
        let refused = find("one_touch", Some(9)).unwrap_err();
        assert_eq!(refused.code(), "UNKNOWN_METRIC_VERSION");
    }
}
