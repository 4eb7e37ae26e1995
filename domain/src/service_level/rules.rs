//! Every version of the tables and calendars of a workspace, and what is in force when.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    SlaTable,
    clock::{ClockKind, Terms},
    policy::Traits,
};
use crate::{
    calendar::{Calendar, Open, Schedule},
    workspace::WorkspaceEvent,
};

/// A version, with when the log learned of it.
#[derive(Debug, Clone)]
pub struct Published<T> {
    /// What was published.
    pub version: T,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// What a workspace has published, all versions of it.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    tables: Vec<Published<SlaTable>>,
    calendars: BTreeMap<String, Vec<Published<Calendar>>>,
    schedules: BTreeMap<(String, u32), Arc<Schedule>>,
    /// How long an offered handover stands, and since when that is known.
    handover_timeout: Option<Published<TimeDelta>>,
}

impl Rules {
    /// Takes an event of the workspace in. True if a clock may differ for it.
    pub fn push(&mut self, event: &WorkspaceEvent, recorded_at: DateTime<Utc>) -> bool {
        match event {
            WorkspaceEvent::CalendarPublished(published) => {
                let calendar = &published.calendar;
                let key = (calendar.key.clone(), calendar.version);
                self.schedules.insert(key, Arc::new(Schedule::new(calendar)));
                let versions = self.calendars.entry(calendar.key.clone()).or_default();
                versions.push(Published { version: calendar.clone(), recorded_at });
            }
            WorkspaceEvent::SlaPoliciesPublished(published) => {
                self.tables.push(Published { version: published.table.clone(), recorded_at });
            }
            WorkspaceEvent::WorkspaceSettingsChanged(changed) => {
                let Some(minutes) = changed.handover_timeout_minutes else { return false };
                let version = TimeDelta::minutes(i64::from(minutes));
                self.handover_timeout = Some(Published { version, recorded_at });
            }
            _ => return false,
        }
        true
    }

    /// The tables, in the order in which they were published.
    pub fn tables(&self) -> &[Published<SlaTable>] {
        &self.tables
    }

    /// The versions of every calendar, by key.
    pub fn calendars(&self) -> impl Iterator<Item = &Published<Calendar>> {
        self.calendars.values().flatten()
    }

    /// How long an offered handover stands, if the workspace says.
    pub(super) fn handover_timeout(&self) -> Option<&Published<TimeDelta>> {
        self.handover_timeout.as_ref()
    }

    /// The table in force: the newest of those that hold by then; the standard one before any does.
    fn table(&self, at: DateTime<Utc>) -> (Option<DateTime<Utc>>, &SlaTable) {
        let holding = self.tables.iter().filter(|table| table.version.effective_from <= at);
        match holding.max_by_key(|table| table.version.version) {
            Some(table) => (Some(table.recorded_at), &table.version),
            None => (None, standard()),
        }
    }

    /// The version of a calendar in force: the newest of those that hold by then. Before any does, the one that
    /// begins first, so that a rule never finds itself without.
    fn calendar(&self, key: &str, at: DateTime<Utc>) -> Option<&Published<Calendar>> {
        let versions = self.calendars.get(key)?;
        let holding = versions.iter().filter(|calendar| calendar.version.effective_from <= at);
        holding
            .max_by_key(|calendar| calendar.version.version)
            .or_else(|| versions.iter().min_by_key(|calendar| calendar.version.effective_from))
    }

    /// The keys of all calendars, in order.
    pub fn calendar_keys(&self) -> impl Iterator<Item = &str> {
        self.calendars.keys().map(String::as_str)
    }

    /// When the calendar is open between two instants, in order: at each moment by the version that is in force then,
    /// as clocks count. Nothing where there is no such calendar.
    pub fn open_stretches(&self, key: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Open> {
        let versions = self.calendars.get(key).into_iter().flatten();
        let mut cuts: Vec<_> = versions.map(|version| version.version.effective_from).collect();
        cuts.retain(|cut| *cut > from && *cut < to);
        cuts.extend([from, to]);
        cuts.sort_unstable();
        let mut stretches = vec![];
        for cut in cuts.windows(2) {
            let Some(calendar) = self.calendar(key, cut[0]) else { continue };
            let key = (calendar.version.key.clone(), calendar.version.version);
            if let Some(schedule) = self.schedules.get(&key) {
                stretches.extend(schedule.open_stretches(cut[0], cut[1]));
            }
        }
        stretches
    }

    /// What holds for a clock of a consultation with these traits; without a target where no rule sets one.
    pub(super) fn terms(&self, kind: ClockKind, traits: &Traits, at: DateTime<Utc>) -> Terms {
        let (recorded_at, table) = self.table(at);
        let mut terms = Terms { policy_version: table.version, known_at: recorded_at, ..Terms::default() };
        let Some(rule) = table.rule(traits) else { return terms };
        terms.rule = Some(rule.key.clone());
        terms.target = rule.targets.of(kind).map(|seconds| TimeDelta::seconds(i64::from(seconds)));
        terms.warn_after = terms.target.zip(rule.warn_percent).map(|(target, percent)| {
            TimeDelta::milliseconds(target.num_milliseconds() / 100 * i64::from(percent))
        });
        terms.pause_in.clone_from(&rule.pause_in);
        terms.bots_respond = rule.bots_respond;
        if let Some(calendar) = rule.calendar.as_deref().and_then(|key| self.calendar(key, at)) {
            let (key, version) = (calendar.version.key.clone(), calendar.version.version);
            terms.known_at = terms.known_at.max(Some(calendar.recorded_at));
            terms.schedule = self.schedules.get(&(key.clone(), version)).cloned();
            terms.calendar = Some((key, version));
        }
        terms
    }

    /// When something else comes into force, after an instant, in order.
    pub(super) fn changes_after(&self, at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let tables = self.tables.iter().map(|table| table.version.effective_from);
        let calendars = self.calendars.values().flatten().map(|calendar| calendar.version.effective_from);
        let mut changes: Vec<_> = tables.chain(calendars).filter(|change| *change > at).collect();
        changes.sort_unstable();
        changes.dedup();
        changes
    }
}

fn standard() -> &'static SlaTable {
    static STANDARD: std::sync::OnceLock<SlaTable> = std::sync::OnceLock::new();
    STANDARD.get_or_init(SlaTable::standard)
}
