//! Service levels in metrics, from what `Consultation.clocks` says: the clocks that the log itself has, looked through
//! once more for each fact. That those are right is shown second by second in the domain.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    id::ConsultationId,
    service_level::{Clock, ClockKind, ClockState, Entry, EntryKind},
};
use ledgerdesk_projections::analytics::{self, Aggregates, Ask, Question};
use ledgerdesk_projections::read::Reach;
use uuid::Uuid;

use super::{
    answers::{as_of, lives, range, seed, seeds, told},
    offices::Office,
    reference::{Expected, Life},
};
use crate::support::Desk;

/// What numbers are reckoned by beside the life of a consultation.
pub(crate) struct World {
    pub(crate) office: Office,
    pub(crate) clocks: HashMap<Uuid, Vec<Clock>>,
}

impl World {
    /// Of these consultations, as of a moment.
    pub(crate) async fn of(desk: &Desk, office: Office, ids: &[Uuid], at: DateTime<Utc>) -> Self {
        let mut clocks = HashMap::new();
        for id in ids {
            let of_it = desk.levels.clocks(desk.node.workspace, ConsultationId(*id), at).await.unwrap();
            clocks.insert(*id, of_it);
        }
        Self { office, clocks }
    }
}

/// How a clock came out: the line of the ledger that decided it, and whether it was kept.
fn decided(clock: &Clock) -> Option<(&Entry, bool)> {
    let line = |kind| clock.ledger.iter().rfind(|entry| entry.kind == kind);
    if clock.breached_at.is_some() {
        return line(EntryKind::Breached).map(|entry| (entry, false));
    }
    let kept = clock.state == ClockState::Fulfilled;
    line(EntryKind::Fulfilled).filter(|entry| kept && entry.target.is_some()).map(|entry| (entry, true))
}

/// Whether it may still be kept or missed.
fn is_undecided(clock: &Clock) -> bool {
    let is_live = matches!(clock.state, ClockState::Running | ClockState::Paused);
    is_live && clock.breached_at.is_none() && clock.terms.target.is_some()
}

impl Life<'_> {
    /// The facts of a metric about service levels.
    pub(crate) fn promised(&self, metric: &str, clocks: &[Clock]) -> Vec<Expected> {
        let moment = |entry: &Entry| (entry.at, entry.version.unwrap_or(i32::MAX));
        let all: Vec<_> = clocks.iter().filter_map(|clock| Some((clock, decided(clock)?))).collect();
        match metric {
            "sla_met" => all
                .iter()
                .map(|(_, (entry, is_met))| self.fact_of(moment(entry), i64::from(*is_met)))
                .collect(),
            "sla_overdue" => {
                let missed = all.iter().filter(|(_, (_, is_met))| !is_met);
                let late = |clock: &Clock, entry: &Entry| (clock.used - entry.used).num_milliseconds().max(0);
                missed.map(|(clock, (entry, _))| self.fact_of(moment(entry), late(clock, entry))).collect()
            }
            _ => {
                let missed =
                    all.iter().filter(|(_, (_, is_met))| !is_met).min_by_key(|(_, (entry, _))| entry.at);
                if let Some((_, (entry, _))) = missed {
                    return vec![self.fact_of(moment(entry), 0)];
                }
                let last = all.iter().max_by_key(|(_, (entry, _))| entry.at);
                match last.filter(|_| !clocks.iter().any(is_undecided)) {
                    Some((_, (entry, _))) => vec![self.fact_of(moment(entry), 1)],
                    None => Vec::new(),
                }
            }
        }
    }
}

#[tokio::test]
async fn targets_are_told_by_clock_and_rule() {
    let mut kinds = BTreeMap::new();
    for seed in seeds(seed() + 4) {
        for (kind, count) in targets_of(seed).await {
            *kinds.entry(kind).or_insert(0) += count;
        }
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 8, "too few kinds of clocks came out in both ways: {kinds:?}");
}

/// How many clocks of a kind were kept, and how many were not; all of them as the reference has them.
async fn targets_of(seed: u64) -> BTreeMap<(ClockKind, bool), usize> {
    let (desk, log, world) = told(seed).await;
    let (from, to) = range();
    let ask = Ask {
        metrics: vec![("sla_met".to_owned(), None), ("sla_overdue".to_owned(), None)],
        dimensions: ["clock", "rule", "target"].map(str::to_owned).to_vec(),
        as_of: Some(as_of()),
        ..Ask::default()
    };
    let question = Question::new(ask, from, to).unwrap();
    let answer =
        analytics::report(&desk.source(), Reach::whole(desk.node.workspace), &question).await.unwrap();
    let mut expected: BTreeMap<Vec<Option<String>>, (i64, i64)> = BTreeMap::new();
    let mut kinds = BTreeMap::new();
    for clock in lives(&log).iter().filter_map(|life| world.clocks.get(&life.id())).flatten() {
        let Some((entry, is_met)) = decided(clock).filter(|(entry, _)| entry.at >= from && entry.at < to)
        else {
            continue;
        };
        let target = entry.target.unwrap().num_seconds().to_string();
        let key = vec![Some(clock.kind.as_str().to_owned()), entry.rule.clone(), Some(target)];
        let sum = expected.entry(key).or_default();
        *sum = (sum.0 + 1, sum.1 + i64::from(is_met));
        *kinds.entry((clock.kind, is_met)).or_insert(0) += 1;
    }
    let found: BTreeMap<_, _> = answer.reports[0]
        .cells
        .iter()
        .map(|cell| (cell.keys.clone(), (cell.now.n, cell.now.sum.unwrap())))
        .collect();
    assert_eq!(found, expected);
    let missed: i64 = expected.values().map(|(n, met)| n - met).sum();
    assert_eq!(answer.reports[1].total.n, missed);
    assert!(answer.reports[1].total.p99 >= answer.reports[1].total.p50);
    desk.close().await;
    kinds
}

/// Before anything is published the standard rules hold, and no business time is made up.
#[tokio::test]
async fn without_a_calendar_there_are_service_levels_and_no_business_time() {
    let desk = Desk::open().await;
    desk.settled().await;
    let (from, to) = range();
    let ask = |metric: &str| {
        let metrics = vec![(metric.to_owned(), None)];
        Question::new(Ask { metrics, ..Ask::default() }, from, to).unwrap()
    };
    let reach = Reach::whole(desk.node.workspace);
    let answer = analytics::report(&desk.source(), reach, &ask("sla_met")).await.unwrap();
    assert_eq!(answer.reports[0].total, Aggregates::counted(0));
    for metric in ["first_response_business", "utilisation"] {
        let refused = analytics::report(&desk.source(), reach, &ask(metric)).await.unwrap_err();
        assert_eq!(refused.code(), "NO_CALENDAR");
    }
    desk.close().await;
}
