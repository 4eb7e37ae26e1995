//! OCEL 2.0 as a SQLite database, in the relational form of the standard: a table for each type of events and objects,
//! whose names are in `event_map_type` and `object_map_type`. The table `ledgerdesk` says of what log it is.

use std::{collections::HashMap, path::Path};

use chrono::SecondsFormat;
use rusqlite::{Connection, params};

use super::{
    About, Case, ProcessLogError, Writer,
    file::Part,
    objects::{Object, Parts, TYPES, relations},
    ocel_json::event_id,
    time,
};

/// One transaction and no journal: the file is whole or not there at all.
const BEGIN: &str = "
pragma journal_mode = off;
pragma synchronous = off;
begin;
create table ledgerdesk (name text primary key, value text);
create table event_map_type (ocel_type text primary key, ocel_type_map text);
create table object_map_type (ocel_type text primary key, ocel_type_map text);
create table event (
    ocel_id text primary key, ocel_type text, foreign key (ocel_type) references event_map_type (ocel_type)
);
create table object (
    ocel_id text primary key, ocel_type text, foreign key (ocel_type) references object_map_type (ocel_type)
);
create table event_object (
    ocel_event_id text, ocel_object_id text, ocel_qualifier text,
    primary key (ocel_event_id, ocel_object_id, ocel_qualifier),
    foreign key (ocel_event_id) references event (ocel_id),
    foreign key (ocel_object_id) references object (ocel_id)
);
create table object_object (
    ocel_source_id text, ocel_target_id text, ocel_qualifier text,
    primary key (ocel_source_id, ocel_target_id, ocel_qualifier),
    foreign key (ocel_source_id) references object (ocel_id),
    foreign key (ocel_target_id) references object (ocel_id)
);";

/// When objects without changes are as they are, by the standard.
const ALWAYS: &str = "1970-01-01T00:00:00.000000+00:00";

/// An OCEL database that grows.
pub(super) struct OcelSqlite {
    // Closed before the file is renamed.
    database: Connection,
    part: Part,
    /// The statement that adds an event, by activity.
    activities: HashMap<String, String>,
}

impl OcelSqlite {
    pub(super) fn create(path: &Path, about: &About) -> Result<Self, ProcessLogError> {
        let part = Part::beside(path, ".part")?;
        let database = Connection::open(part.path())?;
        database.execute_batch(BEGIN)?;
        // As many as there may be activities, with a few beside them.
        database.set_prepared_statement_cache_capacity(256);
        for (name, value) in about.facts() {
            database.execute("insert into ledgerdesk values (?, ?)", [name, value.as_str()])?;
        }
        for kind in TYPES {
            database.execute("insert into object_map_type values (?1, ?1)", [kind])?;
            database.execute_batch(&format!(
                "create table object_{kind} (ocel_id text, ocel_time timestamp, ocel_changed_field text, \
                 foreign key (ocel_id) references object (ocel_id));"
            ))?;
        }
        Ok(Self { database, part, activities: HashMap::new() })
    }

    /// The statement that adds an event of this activity. Its table is made when it first occurs.
    fn inserting(&mut self, activity: &str) -> Result<String, ProcessLogError> {
        if let Some(statement) = self.activities.get(activity) {
            return Ok(statement.clone());
        }
        // Numbered, because two activities may have the same letters. Nothing else of their names is in a statement.
        let letters: String = activity.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let table = format!("{letters}_{}", self.activities.len() + 1);
        self.database.execute("insert into event_map_type values (?, ?)", [activity, table.as_str()])?;
        self.database.execute_batch(&format!(
            "create table \"event_{table}\" (ocel_id text primary key, ocel_time timestamp, position integer, \
             foreign key (ocel_id) references event (ocel_id));"
        ))?;
        let statement = format!("insert into \"event_{table}\" values (?, ?, ?)");
        self.activities.insert(activity.to_owned(), statement.clone());
        Ok(statement)
    }

    fn object(&self, object: &Object) -> Result<(), ProcessLogError> {
        let mut insert = self.database.prepare_cached("insert or ignore into object values (?, ?)")?;
        if insert.execute([object.id.as_str(), object.kind])? == 1 {
            let statement = format!("insert into object_{} values (?, ?, null)", object.kind);
            self.database.prepare_cached(&statement)?.execute([object.id.as_str(), ALWAYS])?;
        }
        Ok(())
    }

    fn belongs(&self, source: &Object, target: &Object, how: &str) -> Result<(), ProcessLogError> {
        let mut insert = self.database.prepare_cached("insert into object_object values (?, ?, ?)")?;
        insert.execute([source.id.as_str(), target.id.as_str(), how])?;
        Ok(())
    }
}

impl Writer for OcelSqlite {
    fn case(&mut self, case: &Case) -> Result<(), ProcessLogError> {
        let consultation = Object::consultation(case);
        self.object(&consultation)?;
        let Parts { own, shared, clients } = Parts::of(case);
        for object in own.iter().chain(&shared) {
            self.object(object)?;
        }
        for client in &clients {
            self.belongs(&consultation, client, "asked by")?;
        }
        for part in &own {
            self.belongs(part, &consultation, "of")?;
        }
        for step in &case.steps {
            let statement = self.inserting(&step.activity)?;
            let id = event_id(step.position.0);
            let event = [id.as_str(), step.activity.as_str()];
            self.database.prepare_cached("insert into event values (?, ?)")?.execute(event)?;
            let at = time(step.occurred_at, SecondsFormat::Micros);
            self.database.prepare_cached(&statement)?.execute(params![id, at, step.position.0])?;
            let mut relate = self.database.prepare_cached("insert into event_object values (?, ?, ?)")?;
            relate.execute([id.as_str(), consultation.id.as_str(), "of"])?;
            for (object, qualifier) in relations(step) {
                relate.execute([id.as_str(), object.id.as_str(), qualifier])?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), ProcessLogError> {
        let Self { database, part, .. } = *self;
        database.execute_batch("commit")?;
        database.close().map_err(|(_, error)| error)?;
        Ok(part.finish()?)
    }
}
