//! Rows as a file, in each format. Nothing in it depends on when or where it was written.

mod parquet;
mod xlsx;

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat};
use ledgerdesk_domain::stream::Position;
use ledgerdesk_projections::analytics::{Question, Snapshot};
use serde_json::{Map, Value as Json, json};

use super::{Format, stream::Incoming};

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Text(String),
    Number(i64),
    Decimal(f64),
    /// Microseconds since 1970.
    Time(i64),
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The moment as RFC 3339 has it.
    fn moment(micros: i64) -> String {
        DateTime::from_timestamp_micros(micros)
            .map_or_else(String::new, |time| time.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Decimal,
    Time,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct About {
    /// What it is.
    pub(super) what: &'static str,
    /// The position of the log that it was computed at.
    pub(super) position: Position,
    /// The definitions that it was computed by.
    metrics: Vec<String>,
    /// What was asked.
    asked: Vec<(&'static str, String)>,
}

impl About {
    pub(super) const fn new(what: &'static str, metrics: Vec<String>, position: Position) -> Self {
        Self { what, position, metrics, asked: Vec::new() }
    }

    pub(super) fn of_question(what: &'static str, question: &Question, snapshot: &Snapshot) -> Self {
        let position = snapshot.position;
        let metrics =
            question.metrics.iter().map(|metric| format!("{}@{}", metric.key.name, metric.key.version));
        let time = |time: DateTime<_>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut asked = vec![
            ("from", time(question.from)),
            ("to", time(question.to)),
            ("time_zone", question.zone.name().to_owned()),
        ];
        if question.needs_rules() {
            asked.push(("as_of", snapshot.as_of().to_rfc3339_opts(SecondsFormat::AutoSi, true)));
            asked.extend(question.calendar.clone().map(|calendar| ("calendar", calendar)));
        }
        Self { asked, ..Self::new(what, metrics.collect(), position) }
    }

    /// The same, of some consultations only.
    pub(super) fn narrowed(mut self, asked: Vec<(&'static str, String)>) -> Self {
        self.asked.extend(asked);
        self
    }

    /// The definitions in a line.
    pub(super) fn definitions(&self) -> String {
        self.metrics.join(", ")
    }

    /// What was asked and by which definitions it was computed, name by name.
    pub(super) fn details(&self) -> Vec<(&'static str, String)> {
        let definitions = (!self.metrics.is_empty()).then(|| ("definitions", self.definitions()));
        definitions.into_iter().chain(self.asked.iter().cloned()).collect()
    }

    /// Everything, name by name.
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("export", self.what.to_owned()), ("log_position", self.position.0.to_string())];
        lines.extend(self.details());
        lines
    }
}

/// Writes the file.
pub(super) fn write(
    format: Format,
    (about, columns): (&About, &[Column]),
    rows: Incoming,
    to: &mut (impl Write + Send),
) -> io::Result<()> {
    match format {
        Format::Csv => csv(columns, rows, to),
        Format::Ndjson => ndjson((about, columns), rows, to),
        Format::Xlsx => xlsx::write((about, columns), rows, to),
        Format::Parquet => parquet::write((about, columns), rows, to),
    }
}

fn csv(columns: &[Column], mut rows: Incoming, to: &mut impl Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    writer.write_record(columns.iter().map(|column| guarded(&column.name)))?;
    while let Some(group) = rows.next()? {
        for row in group {
            for value in row {
                match value {
                    Value::Null => writer.write_field("")?,
                    Value::Text(text) => writer.write_field(guarded(&text))?,
                    Value::Number(number) => writer.write_field(number.to_string())?,
                    Value::Decimal(number) => writer.write_field(number.to_string())?,
                    Value::Time(micros) => writer.write_field(Value::moment(micros))?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
    }
    writer.flush()
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection): with an apostrophe before it, if need be.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn ndjson((about, columns): (&About, &[Column]), mut rows: Incoming, to: &mut impl Write) -> io::Result<()> {
    let about: Map<String, Json> =
        about.lines().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    serde_json::to_writer(&mut *to, &json!({ "about": about }))?;
    to.write_all(b"\n")?;
    while let Some(group) = rows.next()? {
        for row in group {
            let cells = columns.iter().zip(row).map(|(column, value)| {
                let value = match value {
                    Value::Null => Json::Null,
                    Value::Text(text) => text.into(),
                    Value::Number(number) => number.into(),
                    Value::Decimal(number) => number.into(),
                    Value::Time(micros) => Value::moment(micros).into(),
                };
                (column.name.clone(), value)
            });
            serde_json::to_writer(&mut *to, &cells.collect::<Map<_, _>>())?;
            to.write_all(b"\n")?;
        }
    }
    Ok(())
}
