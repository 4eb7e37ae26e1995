//! What is said of an event log, by GraphQL and by pm4py, in one form.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desk::Desk;

/// Whoever is not known, as pm4py is told.
const NOBODY: &str = "nobody";

type Counts = BTreeMap<String, u64>;
type Pairs<T> = BTreeMap<(String, String), T>;

/// What is said of an event log. Times are in milliseconds: mean, median, p90.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) cases: u64,
    pub(crate) events: u64,
    pub(crate) activities: Counts,
    pub(crate) starts: Counts,
    pub(crate) ends: Counts,
    pub(crate) follows: Pairs<(u64, [f64; 3])>,
    pub(crate) variants: BTreeMap<Vec<String>, u64>,
    pub(crate) durations: [f64; 3],
    pub(crate) rework: Counts,
    pub(crate) people: Pairs<f64>,
    pub(crate) teams: Pairs<f64>,
}

impl Report {
    /// As pm4py has it. Names of people are what `name` makes of them.
    pub(crate) fn of_pm4py(said: &Value, name: impl Fn(&str) -> String) -> Self {
        let counts = |key: &str| -> Counts {
            said[key].as_object().unwrap().iter().map(|(name, count)| (name.clone(), whole(count))).collect()
        };
        let pairs = |key: &str, name: &dyn Fn(&str) -> String| -> Pairs<f64> {
            let pairs = said[key].as_array().into_iter().flatten();
            let pair = |pair: &Value| ((name(text(&pair[0])), name(text(&pair[1]))), number(&pair[2]));
            pairs.map(pair).collect()
        };
        let follows = said["follows"].as_array().unwrap().iter().map(|found| {
            let times = [3, 4, 5].map(|place: usize| number(&found[place]));
            ((owned(&found[0]), owned(&found[1])), (whole(&found[2]), times))
        });
        let variants =
            said["variants"].as_array().unwrap().iter().map(|found| (path(&found[0]), whole(&found[1])));
        Self {
            cases: whole(&said["cases"]),
            events: whole(&said["events"]),
            activities: counts("activities"),
            starts: counts("starts"),
            ends: counts("ends"),
            follows: follows.collect(),
            variants: variants.collect(),
            durations: [0, 1, 2].map(|place: usize| number(&said["durations"][place])),
            rework: counts("rework"),
            people: pairs("people", &name),
            teams: pairs("teams", &str::to_owned),
        }
    }

    /// As GraphQL has it.
    pub(crate) async fn of_graphql(desk: &Desk) -> Self {
        const TIMES: &str = "durations { count mean median p90 }";
        let data =
            desk.ask("{ processMining { caseCount eventCount caseDurations { mean median p90 } } }").await;
        let mined = &data["processMining"];
        let activities = desk.all("activities", "activity count startCount endCount").await;
        let counts = |field: &str| -> Counts {
            let counts = activities.iter().map(|found| (owned(&found["activity"]), whole(&found[field])));
            counts.filter(|(_, count)| *count > 0).collect()
        };
        let times = |found: &Value| ["mean", "median", "p90"].map(|name| number(&found[name]));
        let follows = desk.all("directlyFollows", &format!("from to count {TIMES}")).await;
        let follows = follows.iter().map(|found| {
            assert_eq!(found["count"], found["durations"]["count"]);
            let pair = (owned(&found["from"]), owned(&found["to"]));
            (pair, (whole(&found["count"]), times(&found["durations"])))
        });
        let variants = desk.all("variants", "activities count").await;
        let rework = desk.all("rework", "activity reworkedCaseCount").await;
        let person = "manager { name }";
        let people =
            desk.all("handoverOfWork", &format!("from {{ {person} }} to {{ {person} }} share")).await;
        let teams = desk.all("handoverOfWorkBetweenTeams", "from to share").await;
        let name = |found: &Value| found["manager"]["name"].as_str().unwrap_or(NOBODY).to_owned();
        let team = |found: &Value| found.as_str().unwrap_or(NOBODY).to_owned();
        let pairs = |found: &[Value], name: &dyn Fn(&Value) -> String| -> Pairs<f64> {
            let pair = |pair: &Value| ((name(&pair["from"]), name(&pair["to"])), number(&pair["share"]));
            found.iter().map(pair).collect()
        };
        Self {
            cases: whole(&mined["caseCount"]),
            events: whole(&mined["eventCount"]),
            activities: counts("count"),
            starts: counts("startCount"),
            ends: counts("endCount"),
            follows: follows.collect(),
            variants: variants
                .iter()
                .map(|found| (path(&found["activities"]), whole(&found["count"])))
                .collect(),
            durations: times(&mined["caseDurations"]),
            rework: rework
                .iter()
                .map(|found| (owned(&found["activity"]), whole(&found["reworkedCaseCount"])))
                .collect(),
            people: pairs(&people, &name),
            teams: pairs(&teams, &team),
        }
    }

    /// Counts are equal, times to the millisecond, shares but for what a fraction loses.
    pub(crate) fn check(&self, other: &Self, with_hands: bool) {
        assert_eq!((self.cases, self.events), (other.cases, other.events), "cases and events");
        assert_eq!(self.activities, other.activities, "activities");
        assert_eq!(self.starts, other.starts, "start activities");
        assert_eq!(self.ends, other.ends, "end activities");
        assert_eq!(self.rework, other.rework, "rework");
        let only = |one: &Self, other: &Self| -> Vec<_> {
            let differs = |(path, count): &(&Vec<String>, &u64)| other.variants.get(*path) != Some(*count);
            one.variants.iter().filter(differs).take(3).map(|(path, count)| (path.clone(), *count)).collect()
        };
        let (ours, others) = (only(self, other), only(other, self));
        assert!(ours.is_empty() && others.is_empty(), "variants: {ours:?} against {others:?}");
        assert!(close(&self.durations, &other.durations), "{:?} {:?}", self.durations, other.durations);
        assert!(self.follows.keys().eq(other.follows.keys()), "the directly-follows graph");
        for (pair, (count, times)) in &self.follows {
            let (others, other_times) = &other.follows[pair];
            assert_eq!(count, others, "{pair:?}");
            assert!(close(times, other_times), "{pair:?}: {times:?} {other_times:?}");
        }
        if with_hands {
            shares(&self.people, &other.people);
            shares(&self.teams, &other.teams);
        }
    }
}

fn close(one: &[f64; 3], other: &[f64; 3]) -> bool {
    // We round to whole milliseconds; a hundredth for what pm4py's fractions lose.
    one.iter().zip(other).all(|(one, other)| (one - other).abs() <= 0.51)
}

fn shares(one: &Pairs<f64>, other: &Pairs<f64>) {
    assert!(one.keys().eq(other.keys()), "handover of work");
    for (pair, share) in one {
        assert!((share - other[pair]).abs() < 1e-9, "{pair:?}: {share} {}", other[pair]);
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn owned(value: &Value) -> String {
    text(value).to_owned()
}

fn whole(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn path(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(owned).collect()
}
