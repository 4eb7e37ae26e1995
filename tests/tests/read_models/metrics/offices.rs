//! Random calendars and tables of service levels, and what business time is, told minute by minute.

use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    calendar::{Holiday, OpenSpan, Span, Weekday},
    consultation::{CatalogReference, Channel, Priority, Status},
    service_level::{SlaCondition, SlaRule, SlaTargets},
    workspace::{CreateWorkspace, PublishCalendar, PublishSlaPolicies, Workspace, WorkspaceCommand as C},
};
use ledgerdesk_infrastructure::command::Envelope;
use rand::{RngExt as _, rngs::StdRng};

use super::history::{ZONE, begin};
use crate::support::Desk;

/// The calendar that counts where none is named.
pub(crate) const DEFAULT: &str = "default";
/// Another one, which some rules count by.
const OTHER: &str = "second line";

/// What was published: versions of the default calendar, in their order.
pub(crate) struct Office {
    versions: Vec<PublishCalendar>,
    /// The first minute that is looked at.
    start: DateTime<Utc>,
    /// Whether each minute from there on is open.
    minutes: Vec<bool>,
}

/// Publishes so many versions of calendars and tables, for times before, within and after the histories.
pub(crate) async fn publish(desk: &Desk, random: &mut StdRng, times: u32) -> Vec<PublishCalendar> {
    let mut versions = Vec::new();
    for number in 0..times {
        let first = begin() - TimeDelta::days(9);
        let from =
            if number == 0 { first } else { begin() + TimeDelta::minutes(random.random_range(0..15_000)) };
        for key in [DEFAULT, OTHER] {
            let calendar = calendar(key, from, random);
            if send(desk, C::PublishCalendar(calendar.clone())).await && key == DEFAULT {
                versions.push(calendar);
            }
        }
        let rules = (0..3).map(|place| rule(place, random)).collect();
        let from = begin() + TimeDelta::minutes(random.random_range(-3_000..12_000));
        send(desk, C::PublishSlaPolicies(PublishSlaPolicies { effective_from: Some(from), rules })).await;
    }
    assert!(!versions.is_empty(), "no calendar was accepted");
    versions
}

/// A workspace for all that.
pub(crate) async fn create(desk: &Desk) {
    let (name, language) = ("Support".to_owned(), "en".to_owned());
    let time_zone = ZONE.name().to_owned();
    assert!(send(desk, C::CreateWorkspace(CreateWorkspace { name, language, time_zone })).await);
}

/// What the rules refuse was not published.
pub(crate) async fn send(desk: &Desk, command: C) -> bool {
    let stream = desk.node.workspace.uuid();
    let envelope = Envelope { occurred_at: Some(begin()), ..desk.node.envelope(stream, command) };
    desk.node.executor.execute::<Workspace>(envelope).await.is_ok()
}

fn calendar(key: &str, from: DateTime<Utc>, random: &mut StdRng) -> PublishCalendar {
    let mut week = Vec::new();
    for weekday in Weekday::ALL {
        let closed = matches!(weekday, Weekday::Saturday | Weekday::Sunday) && random.random_range(0..3) > 0;
        if !closed {
            let from = random.random_range(0..720);
            let pause = from + random.random_range(30..300);
            week.push(OpenSpan { weekday, from, until: pause });
            week.push(OpenSpan { weekday, from: pause + random.random_range(0..60), until: 1_440 });
        }
    }
    // Among them the day on which clocks change, open only around that hour.
    let dates = [0, 2, 4, 6].map(|day| begin().date_naive() + TimeDelta::days(day));
    let holidays = dates.into_iter().map(|date| Holiday {
        date,
        name: None,
        spans: if random.random_range(0..2) == 0 { Vec::new() } else { vec![Span { from: 90, until: 170 }] },
    });
    let holidays = holidays.collect();
    let time_zone = ZONE.name().to_owned();
    PublishCalendar { key: key.to_owned(), effective_from: Some(from), time_zone, week, holidays }
}

fn rule(place: usize, random: &mut StdRng) -> SlaRule {
    let mut seconds = |most: u32| (random.random_range(0..5) > 0).then(|| random.random_range(0..most));
    let targets = SlaTargets {
        first_response: seconds(200_000),
        next_response: seconds(100_000),
        handover_acceptance: seconds(100_000),
        callback: seconds(20_000),
        resolution: Some(seconds(1_000_000).unwrap_or(90_000)),
    };
    let section = CatalogReference { catalog: "section".to_owned(), key: "17".to_owned() };
    let conditions = [
        SlaCondition { priorities: vec![Priority::Urgent, Priority::High], ..SlaCondition::default() },
        SlaCondition { tags: vec!["c".to_owned()], ..SlaCondition::default() },
        SlaCondition { channels: vec![Channel::Site], topics: vec![section], ..SlaCondition::default() },
    ];
    let last = place == 2;
    let pauses = [Status::WaitingForClient, Status::OnHold];
    SlaRule {
        key: format!("rule {place}"),
        when: if last { SlaCondition::default() } else { conditions[random.random_range(0..3)].clone() },
        calendar: [None, Some(DEFAULT), Some(OTHER)][random.random_range(0..3)].map(str::to_owned),
        targets,
        warn_percent: None,
        pause_in: pauses[..random.random_range(0..3)].to_vec(),
        bots_respond: random.random_range(0..3) == 0,
    }
}

impl Office {
    /// Looks at every minute of the histories.
    pub(crate) fn of(versions: Vec<PublishCalendar>) -> Self {
        let start = begin() - TimeDelta::days(9);
        let count = 60 * 1_440;
        let mut office = Self { versions, start, minutes: vec![false; count] };
        let by_version: Vec<_> =
            office.versions.iter().map(|version| minutes(version, start, count)).collect();
        for (number, minute) in office.minutes.iter_mut().enumerate() {
            let at = start + TimeDelta::minutes(i64::try_from(number).unwrap());
            let mut in_force = None;
            for (place, version) in office.versions.iter().enumerate() {
                if version.effective_from.unwrap() <= at {
                    in_force = Some(place);
                }
            }
            *minute = by_version[in_force.unwrap_or(0)][number];
        }
        office
    }

    /// Whether this moment is open.
    pub(crate) fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.minutes[usize::try_from((at - self.start).num_minutes()).unwrap()]
    }

    /// How much of a span is open, minute by minute.
    pub(crate) fn open(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        let mut sum = TimeDelta::zero();
        let mut at = from;
        while at < to {
            let minute = self.start + TimeDelta::minutes((at - self.start).num_minutes() + 1);
            let next = minute.min(to);
            if self.is_open(at) {
                sum += next - at;
            }
            at = next;
        }
        sum
    }

    /// The minutes at which it opens or closes.
    pub(crate) fn changes(&self) -> Vec<DateTime<Utc>> {
        let changes =
            (1..self.minutes.len()).filter(|minute| self.minutes[*minute] != self.minutes[*minute - 1]);
        changes.map(|minute| self.start + TimeDelta::minutes(i64::try_from(minute).unwrap())).collect()
    }
}

/// Which minutes a version has open: from the first that shows a span's beginning or later to the last that shows less
/// than its end.
fn minutes(version: &PublishCalendar, start: DateTime<Utc>, count: usize) -> Vec<bool> {
    // A day more on both sides, so that each day is seen as a whole.
    let shown = |minute: i64| (start + TimeDelta::minutes(minute)).with_timezone(&ZONE).naive_local();
    let whole = i64::try_from(count).unwrap();
    let walls: Vec<NaiveDateTime> = (-2_880..whole + 2_880).map(shown).collect();
    let mut open = vec![false; walls.len()];
    let mut date = walls[0].date() + TimeDelta::days(1);
    while date < walls[walls.len() - 1].date() {
        let holiday = version.holidays.iter().find(|holiday| holiday.date == date);
        let weekday = Weekday::ALL[date.weekday().num_days_from_monday() as usize];
        let usual = version.week.iter().filter(|span| span.weekday == weekday);
        let usual: Vec<_> = usual.map(|span| (span.from, span.until)).collect();
        let spans = holiday
            .map_or(usual, |holiday| holiday.spans.iter().map(|span| (span.from, span.until)).collect());
        // No more than this day and its neighbours show its times.
        let near = |wall: &NaiveDateTime| (wall.date() - date).num_days().abs() <= 1;
        let begin = walls.iter().position(near).unwrap();
        let end = walls.iter().rposition(near).unwrap();
        for (from, until) in spans {
            let wall = |minute: u16| date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minute.into());
            let opens = (begin..=end).find(|place| walls[*place] >= wall(from));
            let closes = (begin..=end).rev().find(|place| walls[*place] < wall(until));
            if let (Some(opens), Some(closes)) = (opens, closes) {
                open[opens..=closes].fill(true);
            }
        }
        date += TimeDelta::days(1);
    }
    open[2_880..2_880 + count].to_vec()
}
