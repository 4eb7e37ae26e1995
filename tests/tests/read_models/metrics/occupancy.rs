//! Load and utilisation, against a look at every stretch of time in which nothing changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::consultation::Status;
use ledgerdesk_projections::{
    analytics::{self, Aggregates, Ask, Bucket, Question},
    read::Reach,
};

use super::{
    answers::{as_of, lives, question, range, seed, seeds, told},
    history::{ZONE, begin},
    offices::Office,
    reference::Life,
};

/// Open time in microseconds: what there was, and what was spent.
type Sums = BTreeMap<(DateTime<Utc>, Option<String>), (i64, i64)>;

/// By bucket and manager.
fn spent(lives: &[Life<'_>], office: &Office, bounds: &[DateTime<Utc>], metric: &str) -> Sums {
    let stages = if metric == "utilisation" {
        &[Status::InProgress][..]
    } else {
        &[Status::Queued, Status::InProgress]
    };
    let mut cuts: Vec<_> = lives.iter().flat_map(Life::moments).chain(office.changes()).collect();
    cuts.extend_from_slice(bounds);
    cuts.retain(|cut| *cut >= bounds[0] && *cut <= bounds[bounds.len() - 1]);
    cuts.sort_unstable();
    cuts.dedup();
    let mut sums = Sums::new();
    for cut in cuts.windows(2).filter(|cut| office.is_open(cut[0])) {
        let bucket = bounds.iter().rfind(|bound| **bound <= cut[0]).unwrap();
        let mut held: BTreeMap<String, i64> = BTreeMap::new();
        for life in lives {
            // Nothing happens between two cuts: just before the later one is as it was since the earlier.
            if let Some((Some(manager), _)) = life.level(cut[1], stages) {
                *held.entry(manager.to_string()).or_default() += 1;
            }
        }
        let length = (cut[1] - cut[0]).num_microseconds().unwrap();
        for (manager, count) in held {
            let count = if metric == "utilisation" { 1 } else { count };
            sums.entry((*bucket, Some(manager))).or_default().1 += length * count;
        }
    }
    for ((bucket, _), sum) in &mut sums {
        let end = *bounds.iter().find(|bound| *bound > bucket).unwrap();
        sum.0 = office.open(*bucket, end).num_microseconds().unwrap();
    }
    sums
}

fn numbers((there, spent): (i64, i64)) -> Aggregates {
    Aggregates { sum: Some(spent / 1_000), ..Aggregates::counted(there / 1_000) }
}

/// All managers of a bucket together.
fn together(sums: &Sums) -> (i64, i64) {
    let all = sums.values().map(|sum| (sum.0 / 1_000, sum.1 / 1_000));
    all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

#[tokio::test]
async fn open_time_is_spent_as_the_reference_finds_it() {
    for seed in seeds(seed() + 5) {
        spent_of(seed).await;
    }
}

async fn spent_of(seed: u64) {
    let (desk, log, world) = told(seed).await;
    let lives = lives(&log);
    let reach = Reach::whole(desk.node.workspace);
    for name in ["concurrent_load", "utilisation"] {
        let metric = analytics::find(name, None).unwrap();
        let asked = question(metric, &["manager"], Some(Bucket::Day));
        let answer = analytics::report(&desk.source(), reach, &asked).await.unwrap();
        let expected: BTreeMap<_, _> = spent(&lives, &world.office, &answer.bounds, name)
            .into_iter()
            .map(|((bucket, manager), sum)| {
                (vec![Some(bucket.with_timezone(&ZONE).date_naive().to_string()), manager], numbers(sum))
            })
            .collect();
        let cells = answer.reports[0].cells.iter().filter(|cell| cell.now.n > 0);
        let found: BTreeMap<_, _> = cells
            .map(|cell| {
                let begin: DateTime<Utc> = cell.keys[0].as_deref().unwrap().parse().unwrap();
                let day = begin.with_timezone(&ZONE).date_naive().to_string();
                (vec![Some(day), cell.keys[1].clone()], cell.now)
            })
            .collect();
        assert_eq!(found, expected, "{name}");
        let (from, to) = range();
        let whole = spent(&lives, &world.office, &[from, to], name);
        let (there, sum) = together(&whole);
        let total = Aggregates { sum: Some(sum), ..Aggregates::counted(there) };
        assert_eq!(answer.reports[0].total, total, "{name} in all");
        assert!(sum > 0, "nobody did anything");

        // What a number is made of adds up to it where nothing is counted once for twice.
        if name == "concurrent_load" {
            let (mut parts, mut count, mut after) = (0, 0, None);
            loop {
                let place = (after.as_ref(), 100);
                let page = analytics::facts(&desk.source(), reach, &asked, &[], place).await.unwrap();
                after = page.facts.last().map(analytics::Fact::key);
                count += i64::try_from(page.facts.len()).unwrap();
                parts += page.facts.iter().filter_map(|fact| fact.value).sum::<i64>();
                if !page.has_next {
                    break;
                }
            }
            // Each part is cut off to whole milliseconds.
            assert!(count > 10 && (sum - parts).abs() <= count, "{parts} of {count} and {sum}");
        }
    }
    desk.close().await;
}

/// A range that lies ahead in part ends where the look is, and one that lies ahead altogether is empty.
#[tokio::test]
async fn nobody_works_in_the_future() {
    let (desk, log, world) = told(seed() + 6).await;
    let reach = Reach::whole(desk.node.workspace);
    let look = begin() + chrono::TimeDelta::days(5);
    let ask = |from, as_of| {
        let metrics = vec![("concurrent_load".to_owned(), None)];
        Question::new(Ask { metrics, as_of: Some(as_of), ..Ask::default() }, from, range().1).unwrap()
    };
    let answer = analytics::report(&desk.source(), reach, &ask(range().0, look)).await.unwrap();
    let sums = spent(&lives(&log), &world.office, &[range().0, look], "concurrent_load");
    let (there, sum) = together(&sums);
    assert!(sum > 0, "nobody did anything before the look");
    assert_eq!((answer.reports[0].total.n, answer.reports[0].total.sum), (there, Some(sum)));
    let answer = analytics::report(&desk.source(), reach, &ask(look, look)).await.unwrap();
    assert_eq!(answer.reports[0].total, Aggregates::counted(0));
    assert!(as_of() > look);
    desk.close().await;
}
