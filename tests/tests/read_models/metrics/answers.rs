//! Facts, reports and levels of every metric, held against the reference.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};
use ledgerdesk_domain::{
    consultation::Status,
    event::Recorded,
    stream::{Position, StreamType},
};
use ledgerdesk_projections::{
    analytics::{self, Aggregates, Ask, Bucket, Metric, Question, Unit},
    read::Reach,
};
use uuid::Uuid;

use super::{
    history::{ZONE, begin, tell},
    offices::Office,
    promises::World,
    reference::{Expected, Life},
};
use crate::support::Desk;

const CONSULTATIONS: u32 = 60;

pub(crate) fn seed() -> u64 {
    std::env::var("LEDGERDESK_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_329)
}

/// As of when clocks that still run are looked at.
pub(crate) fn as_of() -> DateTime<Utc> {
    begin() + TimeDelta::days(20)
}

/// The seeds of a test: one, or as many as `LEDGERDESK_TEST_HISTORIES` says.
pub(crate) fn seeds(first: u64) -> impl Iterator<Item = u64> {
    let histories =
        std::env::var("LEDGERDESK_TEST_HISTORIES").ok().and_then(|many| many.parse().ok()).unwrap_or(1);
    (0..histories).map(move |number| first + 1_000 * number)
}

/// A desk with a random history, its log, and what else numbers are reckoned by.
pub(crate) async fn told(seed: u64) -> (Desk, Vec<Recorded>, World) {
    let desk = Desk::open().await;
    let (accepted, calendars) = tell(&desk, seed, CONSULTATIONS).await;
    desk.settled().await;
    let mut log = Vec::new();
    loop {
        let after = log.last().map_or(Position::START, |last: &Recorded| last.position);
        let page = desk.node.store.read(after, 1_000).await.unwrap();
        if page.is_empty() {
            break;
        }
        log.extend(page.iter().map(|event| Recorded::clone(event)));
    }
    println!("seed {seed}: {accepted} commands accepted, {} events", log.len());
    let world = World::of(&desk, Office::of(calendars), &ids(&log), as_of()).await;
    (desk, log, world)
}

fn ids(log: &[Recorded]) -> Vec<Uuid> {
    let consultations = log.iter().filter(|event| event.stream.stream_type == StreamType::Consultation);
    let mut ids: Vec<Uuid> = consultations.map(|event| event.stream.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub(crate) fn lives(log: &[Recorded]) -> Vec<Life<'_>> {
    ids(log).into_iter().map(|id| Life::of(id, log)).collect()
}

pub(crate) fn range() -> (DateTime<Utc>, DateTime<Utc>) {
    // Not a full hour, so that the first and the last bucket are cut.
    (begin() + TimeDelta::minutes(617), begin() + TimeDelta::days(6) + TimeDelta::minutes(13))
}

pub(crate) fn question(metric: &Metric, dimensions: &[&str], bucket: Option<Bucket>) -> Question {
    let ask = Ask {
        metrics: vec![(metric.key.name.to_owned(), Some(metric.key.version))],
        dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
        bucket,
        zone: Some(ZONE.name().to_owned()),
        compares: true,
        as_of: Some(as_of()),
        ..Ask::default()
    };
    Question::new(ask, range().0, range().1).unwrap()
}

fn expected(lives: &[Life<'_>], world: &World, metric: &Metric) -> Vec<Expected> {
    let facts = lives.iter().flat_map(|life| life.facts(metric.key.name, metric.key.version, world));
    let mut facts: Vec<_> = facts.collect();
    facts.sort();
    facts
}

/// The naive aggregates: the percentile is the smallest value that enough of the others do not exceed.
fn aggregates(unit: Unit, mut values: Vec<i64>) -> Aggregates {
    let n = i64::try_from(values.len()).unwrap();
    values.sort_unstable();
    if !unit.has_values() || n == 0 {
        return Aggregates::counted(n);
    }
    let sum = Some(values.iter().sum());
    if unit == Unit::Share {
        return Aggregates { sum, ..Aggregates::counted(n) };
    }
    let percentile = |percent: i64| {
        let enough = |value: &&i64| {
            let no_more = values.iter().filter(|other| other <= value).count();
            i64::try_from(no_more).unwrap() * 100 >= n * percent
        };
        values.iter().find(enough).copied()
    };
    let (min, max) = (values.first().copied(), values.last().copied());
    Aggregates { n, sum, min, max, p50: percentile(50), p90: percentile(90), p99: percentile(99) }
}

#[tokio::test]
async fn every_metric_has_the_facts_of_the_reference() {
    let mut seen = BTreeMap::new();
    for seed in seeds(seed()) {
        for (name, count) in facts_of(seed).await {
            *seen.entry(name).or_insert(0) += count;
        }
    }
    println!("{seen:#?}, {} facts in all", seen.values().sum::<usize>());
    for (name, count) in seen {
        assert!(count > 0, "no history has a fact of {name}");
    }
}

/// How many facts of each metric a history has, all of them as the reference has them.
async fn facts_of(seed: u64) -> BTreeMap<String, usize> {
    let (desk, log, world) = told(seed).await;
    let lives = lives(&log);
    let reach = Reach::whole(desk.node.workspace);
    let mut counts = BTreeMap::new();
    for metric in analytics::all().filter(|metric| metric.unit.has_facts()) {
        let metrics = vec![(metric.key.name.to_owned(), Some(metric.key.version))];
        let all = Ask { metrics, as_of: Some(as_of()), ..Ask::default() };
        let whole = Question::new(all, begin() - TimeDelta::days(9), begin() + TimeDelta::days(90)).unwrap();
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let place = (after.as_ref(), 100);
            let page = analytics::facts(&desk.source(), reach, &whole, &[], place).await.unwrap();
            after = page.facts.last().map(analytics::Fact::key);
            found.extend(page.facts.iter().map(|fact| Expected {
                at: fact.at,
                consultation: fact.consultation().uuid(),
                value: fact.value.unwrap(),
                manager: fact.manager().map(ledgerdesk_domain::id::ManagerId::uuid),
                team: fact.team.clone(),
            }));
            if !page.has_next {
                break;
            }
        }
        found.sort();
        let expected = expected(&lives, &world, metric);
        let name = format!("{} version {}", metric.key.name, metric.key.version);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{name}");
        }
        assert_eq!(found.len(), expected.len(), "{name}");
        counts.insert(name, found.len());
    }
    for life in &lives {
        assert!(life.last_position() > 0);
    }
    for name in ["consultation_facts", "handovers", "redates", "ratings"] {
        let comparison = desk.read_side.equals_rebuild(name, |_| {}).await.unwrap();
        assert!(comparison.is_equal(), "{name}: {comparison:?}");
    }
    desk.close().await;
    counts
}

/// By manager and local day, and by weekday and hour: over a switch to summer time, with cut buckets.
#[tokio::test]
async fn every_report_adds_up_what_the_reference_finds() {
    for seed in seeds(seed() + 1) {
        reports_of(seed).await;
    }
}

async fn reports_of(seed: u64) {
    let (desk, log, world) = told(seed).await;
    let lives = lives(&log);
    let reach = Reach::whole(desk.node.workspace);
    let (from, to) = range();
    for metric in analytics::all().filter(|metric| metric.unit.has_facts()) {
        let facts = expected(&lives, &world, metric);
        let within = |fact: &&Expected| fact.at >= from && fact.at < to;
        let name = format!("{} version {}", metric.key.name, metric.key.version);

        let answer =
            analytics::report(&desk.source(), reach, &question(metric, &["manager"], Some(Bucket::Day)))
                .await
                .unwrap();
        let mut days: BTreeMap<(String, Option<String>), Vec<i64>> = BTreeMap::new();
        for fact in facts.iter().filter(within) {
            let day = fact.at.with_timezone(&ZONE).date_naive().to_string();
            days.entry((day, fact.manager.map(|id| id.to_string()))).or_default().push(fact.value);
        }
        let expected: BTreeMap<_, _> =
            days.into_iter().map(|(key, values)| (key, aggregates(metric.unit, values))).collect();
        let report = &answer.reports[0];
        let found: BTreeMap<_, _> = report
            .cells
            .iter()
            .filter(|cell| cell.now.n > 0)
            .map(|cell| {
                let begin: DateTime<Utc> = cell.keys[0].as_deref().unwrap().parse().unwrap();
                let day = begin.with_timezone(&ZONE).date_naive().to_string();
                ((day, cell.keys[1].clone()), cell.now)
            })
            .collect();
        assert_eq!(found, expected, "{name} by day and manager");
        let values = facts.iter().filter(within).map(|fact| fact.value).collect();
        assert_eq!(report.total, aggregates(metric.unit, values), "{name} in all");
        let earlier = facts.iter().filter(|fact| fact.at >= from - (to - from) && fact.at < from);
        let before = aggregates(metric.unit, earlier.map(|fact| fact.value).collect());
        assert_eq!(report.total_before, Some(before), "{name} before");

        let answer =
            analytics::report(&desk.source(), reach, &question(metric, &["weekday", "hour", "team"], None))
                .await
                .unwrap();
        let mut map: BTreeMap<_, Vec<i64>> = BTreeMap::new();
        for fact in facts.iter().filter(within) {
            let local = fact.at.with_timezone(&ZONE);
            let weekday = local.weekday().number_from_monday().to_string();
            let key = vec![Some(weekday), Some(local.hour().to_string()), fact.team.clone()];
            map.entry(key).or_default().push(fact.value);
        }
        let expected: BTreeMap<_, _> =
            map.into_iter().map(|(key, values)| (key, aggregates(metric.unit, values))).collect();
        let cells = answer.reports[0].cells.iter().filter(|cell| cell.now.n > 0);
        let found: BTreeMap<_, _> = cells.map(|cell| (cell.keys.clone(), cell.now)).collect();
        assert_eq!(found, expected, "{name} by weekday and hour");
    }
    desk.close().await;
}

#[tokio::test]
async fn levels_are_what_the_reference_counts_at_every_end_of_a_bucket() {
    for seed in seeds(seed() + 2) {
        levels_of(seed).await;
    }
}

async fn levels_of(seed: u64) {
    let (desk, log, _) = told(seed).await;
    let lives = lives(&log);
    let reach = Reach::whole(desk.node.workspace);
    let mut most = 0;
    for metric in analytics::all().filter(|metric| metric.unit == Unit::Level) {
        let asked = question(metric, &["manager", "team"], Some(Bucket::Hour));
        let answer = analytics::report(&desk.source(), reach, &asked).await.unwrap();
        let mut expected = BTreeMap::new();
        let mut total = 0;
        for bounds in answer.bounds.windows(2) {
            let instant = bounds[1];
            total = 0;
            for life in &lives {
                let stages =
                    if metric.key.name == "in_work" { &[Status::InProgress][..] } else { &Status::OPEN };
                let Some((manager, team)) = life.level(instant, stages) else { continue };
                if metric.key.name != "backlog" && manager.is_none() {
                    continue;
                }
                total += 1;
                *expected.entry((bounds[0], manager.map(|id| id.to_string()), team)).or_insert(0) += 1;
            }
            most = most.max(total);
        }
        let cells = answer.reports[0].cells.iter().filter(|cell| cell.now.n != 0);
        let found: BTreeMap<_, _> = cells
            .map(|cell| {
                let begin: DateTime<Utc> = cell.keys[0].as_deref().unwrap().parse().unwrap();
                ((begin, cell.keys[1].clone(), cell.keys[2].clone()), cell.now.n)
            })
            .collect();
        assert_eq!(found, expected, "{}", metric.key.name);
        assert_eq!(answer.reports[0].total.n, total, "{} at the end", metric.key.name);
    }
    assert!(most > 5, "the history never has more than {most} open");
    desk.close().await;
}

#[tokio::test]
async fn the_backlog_changes_by_what_comes_less_what_goes() {
    let (desk, log, _) = told(seed() + 3).await;
    let lives = lives(&log);
    let reach = Reach::whole(desk.node.workspace);
    let metric = analytics::find("backlog", None).unwrap();
    let answer = analytics::report(&desk.source(), reach, &question(metric, &["tag"], Some(Bucket::Day)))
        .await
        .unwrap();
    // A consultation with two tags is in two groups, and once in the total.
    let (_, to) = range();
    let open = lives.iter().filter(|life| life.level(to, &Status::OPEN).is_some()).count();
    assert_eq!(answer.reports[0].total.n, i64::try_from(open).unwrap());
    let last = answer.bounds[answer.bounds.len() - 2];
    let of_groups: i64 = answer.reports[0]
        .cells
        .iter()
        .filter(|cell| cell.keys[0].as_deref().unwrap().parse::<DateTime<Utc>>().unwrap() == last)
        .map(|cell| cell.now.n)
        .sum();
    assert!(of_groups > answer.reports[0].total.n, "{of_groups}");
    desk.close().await;
}
