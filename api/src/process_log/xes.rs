//! XES, IEEE 1849: a trace per consultation, an event per step.

use std::{borrow::Cow, io, path::Path};

use chrono::SecondsFormat;
use quick_xml::{
    Writer as Xml,
    events::{BytesDecl, BytesEnd, BytesStart, Event},
};

use super::{About, Case, ProcessLogError, Writer, file::Text, resource, time};

const EXTENSIONS: [(&str, &str, &str); 4] = [
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
];

/// A XES file that grows.
pub(super) struct Xes {
    xml: Xml<Text>,
}

impl Xes {
    pub(super) fn create(path: &Path, about: &About) -> Result<Self, ProcessLogError> {
        let mut xes = Self { xml: Xml::new_with_indent(Text::create(path)?, b' ', 1) };
        xes.xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let log = BytesStart::new("log").with_attributes([
            ("xes.version", "1849-2016"),
            ("xes.features", ""),
            ("xmlns", "http://www.xes-standard.org/"),
        ]);
        xes.xml.write_event(Event::Start(log))?;
        for (name, prefix, uri) in EXTENSIONS {
            xes.empty("extension", &[("name", name), ("prefix", prefix), ("uri", uri)])?;
        }
        xes.open("global", &[("scope", "trace")])?;
        xes.attribute("string", "concept:name", "UNKNOWN")?;
        xes.close("global")?;
        xes.open("global", &[("scope", "event")])?;
        xes.attribute("string", "concept:name", "UNKNOWN")?;
        xes.attribute("date", "time:timestamp", "1970-01-01T00:00:00.000+00:00")?;
        xes.attribute("string", "lifecycle:transition", "complete")?;
        xes.attribute("int", "position", "0")?;
        xes.close("global")?;
        xes.empty("classifier", &[("name", "Activity"), ("keys", "concept:name")])?;
        xes.empty("classifier", &[("name", "Resource"), ("keys", "org:resource")])?;
        xes.attribute("string", "lifecycle:model", "standard")?;
        for (name, value) in about.facts() {
            let kind = if name == "position" { "int" } else { "string" };
            xes.attribute(kind, name, &value)?;
        }
        Ok(xes)
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.xml.write_event(Event::Empty(BytesStart::new(name).with_attributes(attributes.iter().copied())))
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.xml.write_event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }

    fn attribute(&mut self, kind: &str, key: &str, value: &str) -> io::Result<()> {
        self.empty(kind, &[("key", key), ("value", &in_xml(value))])
    }
}

impl Writer for Xes {
    fn case(&mut self, case: &Case) -> Result<(), ProcessLogError> {
        self.open("trace", &[])?;
        self.attribute("string", "concept:name", &case.id.to_string())?;
        for step in &case.steps {
            self.open("event", &[])?;
            self.attribute("string", "concept:name", &step.activity)?;
            // More digits than three are more than some readers take.
            self.attribute("date", "time:timestamp", &time(step.occurred_at, SecondsFormat::Millis))?;
            if let Some(by) = step.resource {
                self.attribute("string", "org:resource", &resource(by))?;
            }
            if let Some(team) = &step.team {
                self.attribute("string", "org:group", team)?;
            }
            self.attribute("string", "lifecycle:transition", "complete")?;
            self.attribute("int", "position", &step.position.to_string())?;
            self.close("event")?;
        }
        self.close("trace")?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), ProcessLogError> {
        self.close("log")?;
        Ok(self.xml.into_inner().finish()?)
    }
}

/// Without the characters that XML cannot have in any spelling.
fn in_xml(text: &str) -> Cow<'_, str> {
    let is_none = |character: char| {
        (character < ' ' && !matches!(character, '\t' | '\n' | '\r'))
            || matches!(character, '\u{FFFE}' | '\u{FFFF}')
    };
    if text.contains(is_none) { Cow::Owned(text.replace(is_none, "\u{FFFD}")) } else { Cow::Borrowed(text) }
}
