//! XES, the IEEE standard for event logs (XML).
//!
//! Every event is a row. An attribute is a column of its key; a trace's attributes are columns
//! `case:<key>` of all its events; an attribute inside an attribute is a column `<outer>/<inner>`.
//! Attributes of the log itself, globals, extensions and classifiers are not read.

use std::{
    collections::{BTreeSet, HashMap},
    io::BufRead,
};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{ColumnBuilder, Context, ImportError, Table, Wanted};

/// Deepest nesting of elements; the standard's own examples have six levels.
const MAX_DEPTH: usize = 64;

/// Reads a XES to its end.
pub(super) fn read(
    reader: impl BufRead,
    wanted: &Wanted,
    context: &Context<'_>,
) -> Result<Table, ImportError> {
    let mut reader = Reader::from_reader(reader);
    let mut log = Log::new(wanted);
    let mut buffer = Vec::with_capacity(4_096);
    loop {
        buffer.clear();
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(failure(error, &log, reader.error_position(), context)),
        };
        let rows = log.rows;
        match event {
            Event::Start(element) => {
                log.enter(&element).map_err(|reason| log.malformed(reader.buffer_position(), reason))?;
            }
            Event::Empty(element) => {
                log.enter(&element).map_err(|reason| log.malformed(reader.buffer_position(), reason))?;
                log.leave();
            }
            Event::End(_) => log.leave(),
            Event::Eof => break,
            _ => {}
        }
        if log.rows != rows {
            context.count(log.rows)?;
        }
    }
    log.finish(reader.buffer_position())
}

fn failure(error: quick_xml::Error, log: &Log<'_>, byte: u64, context: &Context<'_>) -> ImportError {
    match error {
        quick_xml::Error::Io(error) => {
            let error = std::io::Error::new(error.kind(), error.to_string());
            context.io(error, log.rows + 1)
        }
        quick_xml::Error::Encoding(_) => ImportError::NotUtf8 { row: log.rows + 1 },
        other => log.malformed(byte, other.to_string()),
    }
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Log,
    Trace,
    Event,
    /// An attribute of a trace or event; its key is the top of `Log::keys`.
    Attribute,
    /// Anything that is not read, with everything in it.
    Skipped,
}

struct Log<'a> {
    wanted: &'a Wanted,
    rows: u32,
    places: Vec<Place>,
    /// The keys of the attributes that are open, outermost first.
    keys: Vec<String>,
    columns: Vec<ColumnBuilder>,
    by_name: HashMap<String, usize>,
    /// The symbols of the trace and of the event that are open, by column.
    of_trace: Vec<(usize, u32)>,
    of_event: Vec<(usize, u32)>,
    available: BTreeSet<String>,
    name: String,
    closed: bool,
}

impl<'a> Log<'a> {
    fn new(wanted: &'a Wanted) -> Self {
        let columns: Vec<ColumnBuilder> =
            wanted.columns.iter().map(|name| ColumnBuilder::new(name)).collect();
        let by_name = wanted.columns.iter().enumerate().map(|(index, name)| (name.clone(), index)).collect();
        Self {
            wanted,
            rows: 0,
            places: Vec::new(),
            keys: Vec::new(),
            columns,
            by_name,
            of_trace: Vec::new(),
            of_event: Vec::new(),
            available: BTreeSet::new(),
            name: String::new(),
            closed: false,
        }
    }

    fn malformed(&self, byte: u64, reason: impl Into<String>) -> ImportError {
        ImportError::BadXml { row: self.rows, byte, reason: reason.into() }
    }

    fn enter(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let parent = self.places.last().copied();
        let place = match (parent, element.local_name().as_ref()) {
            (None, "log") => Place::Log,
            (None, other) => return Err(format!("the document is `{other}`, not a XES `log`")),
            (Some(Place::Log), "trace") => Place::Trace,
            (Some(Place::Trace), "event") => Place::Event,
            // A list wraps its items in `values`, which has no key of its own.
            (
                Some(Place::Trace | Place::Event | Place::Attribute),
                "string" | "date" | "int" | "float" | "boolean" | "id" | "list" | "container" | "values",
            ) => Place::Attribute,
            _ => Place::Skipped,
        };
        if self.places.len() >= MAX_DEPTH {
            return Err(format!("elements are nested deeper than {MAX_DEPTH}"));
        }
        match place {
            Place::Trace => self.of_trace.clear(),
            Place::Event => self.of_event.clear(),
            Place::Attribute => self.attribute(element)?,
            Place::Log | Place::Skipped => {}
        }
        self.places.push(place);
        Ok(())
    }

    fn leave(&mut self) {
        match self.places.pop() {
            Some(Place::Attribute) => drop(self.keys.pop()),
            Some(Place::Event) => self.row(),
            Some(Place::Log) => self.closed = true,
            Some(Place::Trace | Place::Skipped) | None => {}
        }
    }

    /// Keeps an attribute's value and remembers its key for those inside it.
    fn attribute(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        let mut key = None;
        let mut value = None;
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let text = |error: quick_xml::Error| error.to_string();
            match attribute.key.as_ref() {
                "key" => key = Some(attribute.normalized_value(XmlVersion::Implicit1_0).map_err(text)?),
                "value" => value = Some(attribute.normalized_value(XmlVersion::Implicit1_0).map_err(text)?),
                _ => {}
            }
        }
        let key = key.unwrap_or_default();
        if let Some(value) = value {
            self.keep(&key, value.trim());
        }
        self.keys.push(key.into_owned());
        Ok(())
    }

    fn keep(&mut self, key: &str, value: &str) {
        let in_event = self.places.contains(&Place::Event);
        self.name.clear();
        if !in_event {
            self.name.push_str("case:");
        }
        for outer in self.keys.iter().filter(|outer| !outer.is_empty()) {
            self.name.push_str(outer);
            self.name.push('/');
        }
        self.name.push_str(key);
        if !self.available.contains(&self.name) {
            self.available.insert(self.name.clone());
        }
        let Some(&index) = self.by_name.get(&self.name) else { return };
        let missing = self.wanted.missing.iter().any(|missing| missing == value);
        if let Some(column) = self.columns.get_mut(index) {
            let symbol = column.intern(if missing { "" } else { value });
            let values = if in_event { &mut self.of_event } else { &mut self.of_trace };
            values.push((index, symbol));
        }
    }

    /// Writes the open event down.
    fn row(&mut self) {
        self.rows += 1;
        for column in &mut self.columns {
            column.push(super::column::MISSING);
        }
        for (index, symbol) in self.of_trace.iter().chain(&self.of_event) {
            if let Some(column) = self.columns.get_mut(*index) {
                column.set_last(*symbol);
            }
        }
    }

    fn finish(self, byte: u64) -> Result<Table, ImportError> {
        if !self.closed || !self.places.is_empty() {
            return Err(self.malformed(byte, "the file ends before `</log>`"));
        }
        let available = self.available;
        let columns = self
            .columns
            .into_iter()
            .map(ColumnBuilder::finish)
            .filter(|column| available.contains(&column.name))
            .collect();
        Ok(Table { rows: self.rows, columns, available: available.into_iter().collect() })
    }
}
