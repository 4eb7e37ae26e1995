//! OCEL 2.0 as JSON.
//!
//! Events and objects are lists of their own in the file and come out side by side, so the objects wait in a file
//! beside it. The types, which are known at the end, come last: members of a JSON object have no order.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, BufReader, BufWriter, Seek as _, Write as _},
    path::Path,
};

use chrono::SecondsFormat;
use serde::Serialize;

use super::{
    About, Case, ProcessLogError, Writer,
    file::{Part, Text},
    objects::{Object, Parts, TYPES, relations},
    time,
};

#[derive(Serialize)]
struct EventLine<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    time: String,
    attributes: [Attribute; 1],
    relationships: Vec<Relationship<'a>>,
}

#[derive(Serialize)]
struct Attribute {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ObjectLine<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    attributes: [Attribute; 0],
    relationships: Vec<Relationship<'a>>,
}

#[derive(Serialize)]
struct Relationship<'a> {
    #[serde(rename = "objectId")]
    object: &'a str,
    qualifier: &'static str,
}

#[derive(Serialize)]
struct TypeLine<'a> {
    name: &'a str,
    attributes: Vec<AttributeType>,
}

#[derive(Serialize)]
struct AttributeType {
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// An OCEL file that grows.
pub(super) struct OcelJson {
    events: Text,
    objects: BufWriter<File>,
    /// Removes the file of the objects in the end.
    waiting: Part,
    activities: BTreeSet<String>,
    /// Clients, managers and teams that were told. Grows with them alone.
    shared: BTreeSet<Object>,
    first_event: bool,
    first_object: bool,
}

impl OcelJson {
    pub(super) fn create(path: &Path, about: &About) -> Result<Self, ProcessLogError> {
        let waiting = Part::beside(path, ".objects.part")?;
        let file = File::options().create_new(true).read(true).write(true).open(waiting.path())?;
        let mut events = Text::create(path)?;
        let facts: serde_json::Map<_, _> =
            about.facts().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        writeln!(events, "{{\"ledgerdesk\":{},", serde_json::Value::Object(facts))?;
        write!(events, "\"events\":[")?;
        Ok(Self {
            events,
            objects: BufWriter::new(file),
            waiting,
            activities: BTreeSet::new(),
            shared: BTreeSet::new(),
            first_event: true,
            first_object: true,
        })
    }

    fn object(&mut self, object: &Object, relationships: Vec<Relationship<'_>>) -> io::Result<()> {
        let line = ObjectLine { id: &object.id, kind: object.kind, attributes: [], relationships };
        item(&mut self.objects, &mut self.first_object, &line)
    }
}

impl Writer for OcelJson {
    fn case(&mut self, case: &Case) -> Result<(), ProcessLogError> {
        let consultation = Object::consultation(case);
        for step in &case.steps {
            if !self.activities.contains(&step.activity) {
                self.activities.insert(step.activity.clone());
            }
            let relations = relations(step);
            let about = Relationship { object: &consultation.id, qualifier: "of" };
            let others =
                relations.iter().map(|(object, qualifier)| Relationship { object: &object.id, qualifier });
            let event = EventLine {
                id: event_id(step.position.0),
                kind: &step.activity,
                time: time(step.occurred_at, SecondsFormat::Micros),
                attributes: [Attribute { name: "position", value: step.position.to_string() }],
                relationships: std::iter::once(about).chain(others).collect(),
            };
            item(&mut self.events, &mut self.first_event, &event)?;
        }
        let Parts { own, shared, clients } = Parts::of(case);
        let asked = clients.iter().map(|client| Relationship { object: &client.id, qualifier: "asked by" });
        self.object(&consultation, asked.collect())?;
        for part in own {
            self.object(&part, vec![Relationship { object: &consultation.id, qualifier: "of" }])?;
        }
        for object in shared {
            if !self.shared.contains(&object) {
                self.object(&object, Vec::new())?;
                self.shared.insert(object);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), ProcessLogError> {
        let Self { mut events, objects, waiting, activities, .. } = *self;
        write!(events, "\n],\n\"objects\":[")?;
        let mut objects = objects.into_inner().map_err(io::IntoInnerError::into_error)?;
        objects.rewind()?;
        io::copy(&mut BufReader::new(objects), &mut events)?;
        drop(waiting);
        let position = || vec![AttributeType { name: "position", kind: "integer" }];
        let events_of: Vec<_> =
            activities.iter().map(|name| TypeLine { name, attributes: position() }).collect();
        let objects_of = TYPES.map(|name| TypeLine { name, attributes: Vec::new() });
        write!(events, "\n],\n\"eventTypes\":")?;
        serde_json::to_writer(&mut events, &events_of).map_err(io::Error::from)?;
        write!(events, ",\n\"objectTypes\":")?;
        serde_json::to_writer(&mut events, &objects_of).map_err(io::Error::from)?;
        writeln!(events, "}}")?;
        Ok(events.finish()?)
    }
}

/// One more item of a list, on a line of its own.
fn item(out: &mut impl io::Write, first: &mut bool, item: &impl Serialize) -> io::Result<()> {
    out.write_all(if *first { b"\n" } else { b",\n" })?;
    *first = false;
    Ok(serde_json::to_writer(out, item)?)
}

/// The id of an event: its position, so that ids sort as the log does.
pub(super) fn event_id(position: i64) -> String {
    format!("e{position:015}")
}
