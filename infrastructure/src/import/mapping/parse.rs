//! From the text of a mapping file to the compiled mapping, or to all of its faults.

mod sections;

use toml::de::DeTable;

use super::{
    Fault, Mapping,
    toml_reader::{Faults, Table, Value},
};

const KEYS: [&str; 11] = [
    "name",
    "source",
    "time",
    "columns",
    "attributes",
    "catalog",
    "defaults",
    "values",
    "activities",
    "changes",
    "rules",
];

/// Compiles a mapping.
pub(super) fn parse(text: &str) -> Result<Mapping, Vec<Fault>> {
    let faults = Faults::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.add(error.span().map_or(0, |span| span.start), "", error.message());
    }
    // A file that is no TOML would be faulted again for every key that the broken part hides.
    let mapping = if errors.is_empty() {
        mapping(Table::new(String::new(), 0, document.get_ref(), &faults))
    } else {
        None
    };
    match (mapping, faults.into_sorted()) {
        (Some(mapping), found) if found.is_empty() => Ok(mapping),
        (_, found) => Err(found),
    }
}

/// Reads every section before it looks at what came out, so that all faults are found.
fn mapping(mut table: Table<'_>) -> Option<Mapping> {
    let name = table.require("name", "what the ids and keys of this import are made of");
    let name = name.and_then(|value| sections::name(&value));
    let source = sections::source(table.section("source"));
    let time = sections::time(table.section("time"));
    let columns = table.require("columns", "which column says what").and_then(|value| value.table());
    let columns = columns.map(sections::columns);
    let attributes = sections::named_rules(table.section("attributes"));
    let catalog = sections::named_rules(table.section("catalog"));
    let defaults = sections::defaults(table.section("defaults"));
    let values = sections::values(table.section("values"));
    let activities = table.require("activities", "what each activity of the source means");
    let activities = activities.and_then(|value| value.table()).map(sections::activities);
    let changes = table.take("changes").and_then(|value| value.list()).unwrap_or_default();
    let changes = changes.iter().filter_map(Value::table).filter_map(sections::change).collect();
    let reopen_on_work = sections::rules(table.section("rules"));
    table.end(&KEYS);
    Some(Mapping {
        name: name?,
        delimiter: source.delimiter,
        missing: source.missing,
        list_separator: source.list_separator,
        time: time?,
        columns: columns?,
        attributes,
        catalog,
        defaults,
        values,
        activities: activities?,
        changes,
        reopen_on_work,
    })
}
