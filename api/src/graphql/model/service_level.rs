//! Service levels as the API shows them: clocks with their ledgers, calendars, decision tables.

use async_graphql::{ComplexObject, Context, Enum, SimpleObject};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ledgerdesk_domain::{
    calendar as calendars,
    id::ClientId,
    service_level::{self as levels, Published},
};
use uuid::Uuid;

use super::{
    client::Client,
    enums::{Channel, Priority, Status},
    handover::Handover,
    loaders,
    reference::CatalogReference,
};
use crate::graphql::error::Fault;

/// What a clock of a service level measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::service_level::ClockKind")]
pub enum ClockKind {
    /// From the opening to the first message of a person; again from a reopening if there was none.
    FirstResponse,
    /// From the oldest message without an answer to the next message of a person.
    NextResponse,
    /// From the request of a handover until somebody takes it.
    HandoverAcceptance,
    /// From the end of the promised window until somebody calls.
    Callback,
    /// From the opening to the resolution; a reopening continues it.
    Resolution,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::service_level::ClockState")]
pub enum ClockState {
    /// It counts.
    Running,
    /// It stands still because of the status.
    Paused,
    /// What was promised is done.
    Fulfilled,
    /// What was promised is no longer wanted.
    Cancelled,
}

/// What happened to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::service_level::EntryKind")]
pub enum ClockEntryKind {
    /// It began.
    Activated,
    /// It stood still from then on.
    Paused,
    /// It counted again.
    Resumed,
    /// So much was used up that a warning was due.
    Warned,
    /// The deadline passed.
    Breached,
    /// What was promised was done.
    Fulfilled,
    /// Other rules held from then on.
    PolicyChanged,
    /// What was promised was no longer wanted.
    Cancelled,
}

/// A line of a clock's ledger.
#[derive(SimpleObject)]
pub struct ClockEntry {
    /// What happened.
    kind: ClockEntryKind,
    /// When.
    at: DateTime<Utc>,
    /// The consultation's event that did it, by its `version`; null where time or a new rule did.
    event_version: Option<i32>,
    /// How much was used up by then, in seconds.
    used_seconds: f64,
    /// How long it may take from then on, in seconds; null where no target holds.
    target_seconds: Option<f64>,
    /// The rule from then on; null where none matches.
    rule: Option<String>,
    /// The version of the table from then on; 0 is what holds until one is published.
    policy_version: u32,
    /// The business calendar from then on; null for the wall clock.
    calendar: Option<String>,
    /// The calendar's version.
    calendar_version: Option<u32>,
}

impl From<levels::Entry> for ClockEntry {
    fn from(entry: levels::Entry) -> Self {
        let (calendar, calendar_version) = entry.calendar.unzip();
        Self {
            kind: entry.kind.into(),
            at: entry.at,
            event_version: entry.version,
            used_seconds: seconds(entry.used),
            target_seconds: entry.target.map(seconds),
            rule: entry.rule,
            policy_version: entry.policy_version,
            calendar,
            calendar_version,
        }
    }
}

/// A clock of a service level: one promise, how much time it has, and what happened to it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Clock {
    #[graphql(skip)]
    subject: Option<Uuid>,
    /// What it measures.
    kind: ClockKind,
    /// The how-manieth of its kind in this consultation, from 1.
    number: u32,
    /// How it stands.
    state: ClockState,
    /// The rule that sets its target.
    rule: Option<String>,
    /// The version of the table that has the rule; 0 is what holds until one is published.
    policy_version: u32,
    /// The business calendar that its time is counted by; null for the wall clock.
    calendar: Option<String>,
    /// The calendar's version.
    calendar_version: Option<u32>,
    /// When it began.
    activated_at: DateTime<Utc>,
    /// How long it may take, in seconds; null where no target holds any more.
    target_seconds: Option<f64>,
    /// How much is used up, in seconds of its calendar.
    used_seconds: f64,
    /// What is left, in seconds; below zero by how much it is late.
    remaining_seconds: Option<f64>,
    /// When the warning is or was due.
    warn_at: Option<DateTime<Utc>>,
    /// When the deadline passes or passed; null while it stands still before that.
    due_at: Option<DateTime<Utc>>,
    /// When the deadline passed, if it has.
    breached_at: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// What happened to it, in order: why it is late, or why not.
    ledger: Vec<ClockEntry>,
}

impl From<levels::Clock> for Clock {
    fn from(clock: levels::Clock) -> Self {
        let remaining_seconds = clock.remaining().map(seconds);
        let (calendar, calendar_version) = clock.terms.calendar.unzip();
        Self {
            subject: clock.subject,
            kind: clock.kind.into(),
            number: clock.number,
            state: clock.state.into(),
            rule: clock.terms.rule,
            policy_version: clock.terms.policy_version,
            calendar,
            calendar_version,
            activated_at: clock.activated_at,
            target_seconds: clock.terms.target.map(seconds),
            used_seconds: seconds(clock.used),
            remaining_seconds,
            warn_at: clock.warn_at,
            due_at: clock.due_at,
            breached_at: clock.breached_at,
            ended_at: clock.ended_at,
            ledger: clock.ledger.into_iter().map(Into::into).collect(),
        }
    }
}

#[ComplexObject]
impl Clock {
    /// The handover, for a clock of one.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Option<Handover>, Fault> {
        let Some(id) = self.subject else { return Ok(None) };
        Ok(loaders(ctx)?.handovers.load(id).await?.map(Handover::from))
    }
}

/// To the millisecond.
#[expect(clippy::cast_precision_loss, reason = "a few hundred years of milliseconds are exact")]
fn seconds(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 1_000.0
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_domain::calendar::Weekday")]
pub enum Weekday {
    /// The first day of the week.
    Monday,
    /// The second day of the week.
    Tuesday,
    /// The third day of the week.
    Wednesday,
    /// The fourth day of the week.
    Thursday,
    /// The fifth day of the week.
    Friday,
    /// The sixth day of the week.
    Saturday,
    /// The last day of the week.
    Sunday,
}

/// A stretch of a day by the wall clock.
#[derive(SimpleObject)]
pub struct DaySpan {
    /// Its start, as `HH:MM`.
    from: String,
    /// Its end, as `HH:MM`; `24:00` is midnight.
    until: String,
}

/// When a calendar is open in a week.
#[derive(SimpleObject)]
pub struct WeekSpan {
    /// The day.
    weekday: Weekday,
    /// Its start, as `HH:MM`.
    from: String,
    /// Its end, as `HH:MM`; `24:00` is midnight.
    until: String,
}

/// A date that is not like its day of the week.
#[derive(SimpleObject)]
pub struct Holiday {
    /// The date, in the calendar's time zone.
    date: NaiveDate,
    /// What it is called.
    name: Option<String>,
    /// When it is open all the same; empty if it is closed the whole day.
    spans: Vec<DaySpan>,
}

impl From<&calendars::Holiday> for Holiday {
    fn from(holiday: &calendars::Holiday) -> Self {
        let span = |span: &calendars::Span| DaySpan { from: clock(span.from), until: clock(span.until) };
        let spans = holiday.spans.iter().map(span).collect();
        Self { date: holiday.date, name: holiday.name.clone(), spans }
    }
}

/// A version of a business calendar.
#[derive(SimpleObject)]
pub struct BusinessCalendar {
    /// Its permanent key.
    key: String,
    /// Its version, from 1.
    version: u32,
    /// From when on it holds. Of several that hold, the one with the highest number counts.
    effective_from: DateTime<Utc>,
    /// When it was published.
    recorded_at: DateTime<Utc>,
    /// The IANA time zone of its wall clock.
    time_zone: String,
    /// When it is open in a week, in order.
    week: Vec<WeekSpan>,
    /// Dates that are different, in order.
    holidays: Vec<Holiday>,
}

impl From<Published<calendars::Calendar>> for BusinessCalendar {
    fn from(published: Published<calendars::Calendar>) -> Self {
        let Published { version: calendar, recorded_at } = published;
        let span = |open: &calendars::OpenSpan| WeekSpan {
            weekday: open.weekday.into(),
            from: clock(open.from),
            until: clock(open.until),
        };
        Self {
            version: calendar.version,
            effective_from: calendar.effective_from,
            recorded_at,
            week: calendar.week.iter().map(span).collect(),
            holidays: calendar.holidays.iter().map(Into::into).collect(),
            key: calendar.key,
            time_zone: calendar.time_zone,
        }
    }
}

/// A version of the decision table for service levels. The first rule that a consultation fits gives its targets.
#[derive(SimpleObject)]
pub struct SlaTable {
    /// Its version, from 1.
    version: u32,
    /// From when on it holds. Of several that hold, the one with the highest number counts.
    effective_from: DateTime<Utc>,
    /// When it was published.
    recorded_at: DateTime<Utc>,
    /// The rules, in order.
    rules: Vec<SlaRule>,
}

impl From<Published<levels::SlaTable>> for SlaTable {
    fn from(published: Published<levels::SlaTable>) -> Self {
        let Published { version: table, recorded_at } = published;
        Self {
            version: table.version,
            effective_from: table.effective_from,
            recorded_at,
            rules: table.rules.into_iter().map(Into::into).collect(),
        }
    }
}

/// A rule of the decision table.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SlaRule {
    #[graphql(skip)]
    client_ids: Vec<ClientId>,
    /// Its name.
    key: String,
    /// For these urgencies; for all if empty.
    priorities: Vec<Priority>,
    /// For these channels; for all if empty.
    channels: Vec<Channel>,
    /// For these topics, by the catalogs; for all if empty.
    topics: Vec<CatalogReference>,
    /// For consultations with one of these tags; for all if empty.
    tags: Vec<String>,
    /// The business calendar that time is counted by; null for the wall clock.
    calendar: Option<String>,
    /// How long each may take.
    targets: SlaTargets,
    /// When to warn, in percent of the target; null for no warning.
    warn_percent: Option<u8>,
    /// The statuses in which the clocks of the responses and of the resolution stand still.
    pause_in: Vec<Status>,
    /// Whether a message of a bot is a response.
    bots_respond: bool,
}

impl From<levels::SlaRule> for SlaRule {
    fn from(rule: levels::SlaRule) -> Self {
        let targets = rule.targets;
        Self {
            client_ids: rule.when.clients,
            key: rule.key,
            priorities: rule.when.priorities.into_iter().map(Into::into).collect(),
            channels: rule.when.channels.into_iter().map(Into::into).collect(),
            topics: rule.when.topics.iter().map(Into::into).collect(),
            tags: rule.when.tags,
            calendar: rule.calendar,
            targets: SlaTargets {
                first_response_seconds: targets.first_response,
                next_response_seconds: targets.next_response,
                handover_acceptance_seconds: targets.handover_acceptance,
                callback_seconds: targets.callback,
                resolution_seconds: targets.resolution,
            },
            warn_percent: rule.warn_percent,
            pause_in: rule.pause_in.into_iter().map(Into::into).collect(),
            bots_respond: rule.bots_respond,
        }
    }
}

#[ComplexObject]
impl SlaRule {
    /// For these clients; for all if empty. Those whom you may not see are left out.
    async fn clients(&self, ctx: &Context<'_>) -> Result<Vec<Client>, Fault> {
        let ids: Vec<Uuid> = self.client_ids.iter().map(|id| id.uuid()).collect();
        let found = loaders(ctx)?.clients.load_all(&ids).await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).map(Client::from).collect())
    }
}

/// How long each may take, in seconds of the rule's time; no clock where null.
#[derive(SimpleObject)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub struct SlaTargets {
    /// From the opening to the first response.
    first_response_seconds: Option<u32>,
    /// From the oldest message without an answer to the next response.
    next_response_seconds: Option<u32>,
    /// From the request of a handover until somebody takes it.
    handover_acceptance_seconds: Option<u32>,
    /// From the end of a promised window until somebody calls; 0 asks for a call in the window.
    callback_seconds: Option<u32>,
    /// From the opening to the resolution.
    resolution_seconds: Option<u32>,
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
