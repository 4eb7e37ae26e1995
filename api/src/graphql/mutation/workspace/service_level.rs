//! `publishCalendar`, `importHolidays`, `publishSlaPolicies`: what service levels are reckoned by.

use std::borrow::Cow;

use async_graphql::{ID, InputObject, Object, TypeName};
use chrono::{DateTime, NaiveDate, Utc};
use ledgerdesk_domain::{
    calendar::{self, OpenSpan, Span},
    id::ClientId,
    service_level::{SlaCondition, SlaRule, SlaTargets},
    workspace::{ImportHolidays, PublishCalendar, PublishSlaPolicies, Workspace, WorkspaceCommand},
};
use ledgerdesk_infrastructure::icalendar::{self, IcalendarError};

use crate::{
    graphql::{
        model::{
            enums::{Channel, Priority, Status},
            position::Position,
            service_level::{Holiday, Weekday},
        },
        mutation::{
            input::{self, CatalogReferenceInput},
            payload::Payload,
            reader::Reader,
            verb::{Aim, Options, Verb},
        },
        user_error::UserError,
    },
    i18n::Refusal,
};

/// A stretch of a day by the wall clock.
#[derive(Debug, InputObject)]
pub(crate) struct DaySpanInput {
    /// Its start, as `HH:MM`.
    from: String,
    /// Its end, as `HH:MM`; `24:00` is midnight.
    until: String,
}

/// When a calendar is open in a week. Days that are not named are closed; a day may be named more than once.
#[derive(Debug, InputObject)]
pub(crate) struct WeekSpanInput {
    /// The day.
    weekday: Weekday,
    /// Its start, as `HH:MM`.
    from: String,
    /// Its end, as `HH:MM`; `24:00` is midnight.
    until: String,
}

/// A date that is not like its day of the week.
#[derive(Debug, InputObject)]
pub(crate) struct HolidayInput {
    /// The date, in the calendar's time zone.
    date: NaiveDate,
    /// What it is called.
    name: Option<String>,
    /// When it is open all the same; closed the whole day if nothing is said.
    spans: Option<Vec<DaySpanInput>>,
}

/// The next version of a business calendar.
#[derive(Debug, InputObject)]
pub(crate) struct PublishCalendarInput {
    #[graphql(flatten)]
    options: Options,
    /// Its permanent key, at most 100 characters.
    key: String,
    /// From when on it holds; from now on if nothing is said. May lie in the past: then what it changes is reckoned
    /// anew.
    effective_from: Option<DateTime<Utc>>,
    /// An IANA name, such as `Europe/Moscow`.
    time_zone: String,
    /// When it is open in a week; spans of a day may not overlap.
    week: Vec<WeekSpanInput>,
    /// Dates that are different, at most 2000.
    holidays: Option<Vec<HolidayInput>>,
}

impl Verb for PublishCalendarInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        let week = self.week.into_iter().map(|open| {
            let Span { from, until } = span(reader, "week", &open.from, &open.until)?;
            Ok(OpenSpan { weekday: open.weekday.into(), from, until })
        });
        let week = week.collect::<Result<_, UserError>>()?;
        let holidays = self.holidays.unwrap_or_default().into_iter().map(|holiday| {
            let spans = holiday.spans.unwrap_or_default();
            let spans = spans.iter().map(|one| span(reader, "holidays", &one.from, &one.until));
            let spans = spans.collect::<Result<_, _>>()?;
            Ok(calendar::Holiday { date: holiday.date, name: holiday.name, spans })
        });
        Ok(WorkspaceCommand::PublishCalendar(PublishCalendar {
            holidays: holidays.collect::<Result<_, UserError>>()?,
            key: self.key,
            effective_from: self.effective_from,
            time_zone: self.time_zone,
            week,
        }))
    }
}

/// Reads `HH:MM`.
fn span(reader: &Reader<'_>, field: &str, from: &str, until: &str) -> Result<Span, UserError> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let (hour, minute): (u16, u16) = match (is_number(hour), is_number(minute)) {
            (true, true) => (hour.parse().ok()?, minute.parse().ok()?),
            _ => return None,
        };
        (minute < 60 && hour * 60 + minute <= 1_440).then_some(hour * 60 + minute)
    };
    match (minute(from), minute(until)) {
        (Some(from), Some(until)) => Ok(Span { from, until }),
        _ => Err(UserError::refused(Refusal::InvalidTimeOfDay, Some(field), reader.language())),
    }
}

/// Holidays from an iCalendar file, into the next version of a business calendar.
#[derive(Debug, InputObject)]
pub(crate) struct ImportHolidaysInput {
    #[graphql(flatten)]
    options: Options,
    /// The calendar's key.
    key: String,
    /// From when on the new version holds; from now on if nothing is said.
    effective_from: Option<DateTime<Utc>>,
    /// The file (RFC 5545), at most 1 MiB. Its all-day events are holidays, with the days on which they come again.
    icalendar: String,
    /// The first date that is wanted.
    from: NaiveDate,
    /// The date after the last that is wanted, at most 20 years later.
    until: NaiveDate,
}

/// The longest stretch of an import, in days.
const LONGEST_IMPORT: i64 = 20 * 366;

impl ImportHolidaysInput {
    /// What the file has.
    pub(super) fn read(&self) -> Result<Vec<calendar::Holiday>, (Refusal, &'static str)> {
        if !(1..=LONGEST_IMPORT).contains(&(self.until - self.from).num_days()) {
            return Err((Refusal::InvalidDateRange, "until"));
        }
        icalendar::holidays(&self.icalendar, self.from, self.until).map_err(|error| {
            let refusal = match error {
                IcalendarError::TooLarge => Refusal::IcalendarTooLarge,
                IcalendarError::Malformed => Refusal::InvalidIcalendar,
                IcalendarError::Rule { .. } => Refusal::InvalidRecurrence,
            };
            (refusal, "icalendar")
        })
    }
}

impl Verb for ImportHolidaysInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        let holidays = self
            .read()
            .map_err(|(refusal, field)| UserError::refused(refusal, Some(field), reader.language()))?;
        Ok(WorkspaceCommand::ImportHolidays(ImportHolidays {
            key: self.key,
            effective_from: self.effective_from,
            holidays,
        }))
    }
}

/// What an import of holidays answers with.
pub(crate) struct ImportHolidaysPayload {
    pub(super) payload: Payload<ImportHolidaysInput>,
    pub(super) read: Vec<calendar::Holiday>,
}

impl TypeName for ImportHolidaysPayload {
    fn type_name() -> Cow<'static, str> {
        "ImportHolidaysPayload".into()
    }
}

/// What the import read and did, or why it did nothing.
#[Object(name_type)]
impl ImportHolidaysPayload {
    /// What was read from the file, in order.
    async fn holidays(&self) -> Vec<Holiday> {
        self.read.iter().map(Holiday::from).collect()
    }

    /// The position in the log after the command. Null if nothing was done.
    async fn position(&self) -> Option<Position> {
        self.payload.position()
    }

    /// The version of the workspace afterwards, for the `expectedVersion` of the next command. Null if nothing was
    /// done.
    async fn version(&self) -> Option<i32> {
        self.payload.version()
    }

    /// Why nothing was done; empty on success.
    async fn user_errors(&self) -> &[UserError] {
        self.payload.user_errors()
    }
}

/// How long each may take, in seconds of the rule's time, at most a year; no clock where nothing is said.
#[derive(Debug, InputObject)]
#[expect(clippy::struct_field_names, reason = "the unit belongs to the name")]
pub(crate) struct SlaTargetsInput {
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

/// A rule of the decision table. Each list of conditions that is not empty asks for one of its values; all must hold.
#[derive(Debug, InputObject)]
pub(crate) struct SlaRuleInput {
    /// Its name, at most 100 characters, each once in a table.
    key: String,
    /// For these urgencies.
    priorities: Option<Vec<Priority>>,
    /// For these channels.
    channels: Option<Vec<Channel>>,
    /// For these clients.
    clients: Option<Vec<ID>>,
    /// For these topics, by the catalogs.
    topics: Option<Vec<CatalogReferenceInput>>,
    /// For consultations with one of these tags.
    tags: Option<Vec<String>>,
    /// The key of the business calendar that time is counted by; the wall clock if nothing is said.
    calendar: Option<String>,
    /// How long each may take.
    targets: SlaTargetsInput,
    /// When to warn, in percent of the target, 1 to 99; no warning if nothing is said.
    warn_percent: Option<u8>,
    /// The statuses in which the clocks of the responses and of the resolution stand still.
    pause_in: Option<Vec<Status>>,
    /// Whether a message of a bot is a response.
    #[graphql(default)]
    bots_respond: bool,
}

/// The next version of the decision table for service levels.
#[derive(Debug, InputObject)]
pub(crate) struct PublishSlaPoliciesInput {
    #[graphql(flatten)]
    options: Options,
    /// From when on it holds; from now on if nothing is said. May lie in the past: then what it changes is reckoned
    /// anew.
    effective_from: Option<DateTime<Utc>>,
    /// The rules, at most 200, in order: the first that a consultation fits counts.
    rules: Vec<SlaRuleInput>,
}

impl Verb for PublishSlaPoliciesInput {
    type Of = Workspace;

    fn aim(&self) -> Aim<'_> {
        self.options.own()
    }

    fn command(self, reader: &mut Reader<'_>) -> Result<WorkspaceCommand, UserError> {
        let rules = self.rules.into_iter().map(|rule| read_rule(reader, rule));
        Ok(WorkspaceCommand::PublishSlaPolicies(PublishSlaPolicies {
            effective_from: self.effective_from,
            rules: rules.collect::<Result<_, _>>()?,
        }))
    }
}

fn read_rule(reader: &mut Reader<'_>, rule: SlaRuleInput) -> Result<SlaRule, UserError> {
    let clients = rule.clients.unwrap_or_default();
    let clients = clients.iter().map(|id| reader.id::<ClientId>("rules", id)).collect::<Result<_, _>>()?;
    let targets = rule.targets;
    Ok(SlaRule {
        key: rule.key,
        when: SlaCondition {
            priorities: input::all(rule.priorities),
            channels: input::all(rule.channels),
            clients,
            topics: input::all(rule.topics),
            tags: rule.tags.unwrap_or_default(),
        },
        calendar: rule.calendar,
        targets: SlaTargets {
            first_response: targets.first_response_seconds,
            next_response: targets.next_response_seconds,
            handover_acceptance: targets.handover_acceptance_seconds,
            callback: targets.callback_seconds,
            resolution: targets.resolution_seconds,
        },
        warn_percent: rule.warn_percent,
        pause_in: input::all(rule.pause_in),
        bots_respond: rule.bots_respond,
    })
}
