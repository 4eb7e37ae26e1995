//! What came of an import.

use std::{collections::BTreeMap, io};

use ledgerdesk_domain::{event::Event, stream::StreamType};
use serde::Serialize;

use super::derive::Tally;

/// How many reported rows are shown in words.
const SHOWN: usize = 10;

/// A row that became no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reported {
    /// Its number in the source, from 1; a CSV's header is no row.
    pub row: u32,
    /// The case that it names; empty if none.
    pub case: String,
    /// The permanent code of the reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: String,
}

impl Reported {
    /// A row, counted from 0.
    pub(super) fn row(index: u32, case: &str, code: &'static str, reason: impl Into<String>) -> Self {
        Self { row: index + 1, case: case.to_owned(), code, reason: reason.into() }
    }
}

/// What came of an import. Every row is in exactly one of `written`, `skipped` and `reported`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows of the source.
    pub rows: u64,
    /// Rows that became at least one event now.
    pub written: u64,
    /// Rows of cases that an earlier run has written.
    pub skipped: u64,
    /// Cases of the source.
    pub cases: u64,
    /// Cases that became a consultation now.
    pub consultations: u64,
    /// Cases that an earlier run has written.
    pub skipped_cases: u64,
    /// Managers that became known now.
    pub managers: u64,
    /// Clients that became known now.
    pub clients: u64,
    /// Events written now, by type.
    pub events: BTreeMap<&'static str, u64>,
    /// Facts among them that the rules refused or that changed nothing, by code.
    pub facts: BTreeMap<String, u64>,
    /// Values that the mapping's tables do not know, as `priority: P5`, with the rows that hold them. Their
    /// default was taken.
    pub unknown_values: BTreeMap<String, u64>,
    /// Rows that became no event.
    #[serde(skip)]
    pub reported: Vec<Reported>,
}

impl Summary {
    /// Counts somebody who became known.
    pub(super) fn count_newcomer(&mut self, stream_type: StreamType, events: &[Event]) {
        match stream_type {
            StreamType::Manager => self.managers += 1,
            _ => self.clients += 1,
        }
        for event in events {
            *self.events.entry(event.event_type()).or_default() += 1;
        }
    }

    /// Counts a case that was written.
    pub(super) fn count_case(&mut self, rows: u64, tally: Tally) {
        self.consultations += u64::from(!tally.events.is_empty());
        self.written += rows - tally.reported.len() as u64;
        for (event_type, count) in tally.events {
            *self.events.entry(event_type).or_default() += count;
        }
        for (code, count) in tally.facts {
            *self.facts.entry(code).or_default() += count;
        }
        self.reported.extend(tally.reported);
    }

    /// Puts the reported rows into the order of the source.
    pub(super) fn finish(&mut self) {
        self.reported.sort_by_key(|reported| reported.row);
    }

    /// All events written now.
    pub fn event_count(&self) -> u64 {
        self.events.values().sum()
    }

    /// Reported rows by code.
    pub fn reported_by_code(&self) -> BTreeMap<&'static str, u64> {
        let mut codes = BTreeMap::new();
        for reported in &self.reported {
            *codes.entry(reported.code).or_default() += 1;
        }
        codes
    }

    /// Writes the reported rows, one JSON object per line.
    pub fn write_report(&self, mut to: impl io::Write) -> io::Result<()> {
        for reported in &self.reported {
            serde_json::to_writer(&mut to, reported)?;
            to.write_all(b"\n")?;
        }
        to.flush()
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{} rows: {} written, {} already there, {} reported",
            self.rows,
            self.written,
            self.skipped,
            self.reported.len()
        )?;
        writeln!(
            f,
            "{} cases: {} consultations written, {} already there; {} managers and {} clients registered",
            self.cases, self.consultations, self.skipped_cases, self.managers, self.clients
        )?;
        counts(f, &format!("{} events", self.event_count()), &self.events)?;
        counts(f, "facts that are no step of the lifecycle here, by reason", &self.facts)?;
        counts(f, "values that the mapping does not know", &self.unknown_values)?;
        counts(f, "reported rows, by reason", &self.reported_by_code())?;
        for reported in self.reported.iter().take(SHOWN) {
            let Reported { row, case, code, reason } = reported;
            writeln!(f, "  row {row} ({case}): {reason} [{code}]")?;
        }
        let more = self.reported.len().saturating_sub(SHOWN);
        if more > 0 {
            writeln!(f, "  … and {more} more")?;
        }
        Ok(())
    }
}

fn counts<K: std::fmt::Display>(
    f: &mut std::fmt::Formatter<'_>,
    title: &str,
    counts: &BTreeMap<K, u64>,
) -> std::fmt::Result {
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(f, "{title}:")?;
    for (key, count) in counts {
        writeln!(f, "  {count:>9}  {key}")?;
    }
    Ok(())
}
