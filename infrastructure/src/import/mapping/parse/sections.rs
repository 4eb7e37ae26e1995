//! One function per section of a mapping file.

use std::collections::{BTreeMap, HashMap};

use ledgerdesk_domain::{
    client::ClientKind,
    consultation::{CallDirection, Channel, Priority},
};
use serde::de::{
    Deserialize, IntoDeserializer,
    value::{Error as ValueError, StrDeserializer},
};

use crate::import::mapping::{
    ChangeRule, Defaults, Field, Step, Template, TextRule, TimeRule, Values, When,
    toml_reader::{Table, Value},
};

/// Longest name: it is part of every idempotency key.
const MAX_NAME: usize = 60;

/// How the cells of a source are read.
pub(super) struct Cells {
    pub(super) delimiter: u8,
    pub(super) missing: Vec<String>,
    pub(super) list_separator: char,
}

pub(super) fn name(value: &Value<'_>) -> Option<String> {
    let name = value.text()?;
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || "_-.".contains(character));
    if !plain || name.len() > MAX_NAME {
        value.fault(format!("use at most {MAX_NAME} of a-z, A-Z, 0-9, `_`, `-` and `.`"));
        return None;
    }
    Some(name.to_owned())
}

pub(super) fn source(table: Option<Table<'_>>) -> Cells {
    let mut cells = Cells { delimiter: b',', missing: Vec::new(), list_separator: ',' };
    let Some(mut table) = table else { return cells };
    if let Some(value) = table.take("delimiter") {
        match value.any_text().map(str::as_bytes) {
            Some([byte]) if byte.is_ascii() => cells.delimiter = *byte,
            Some(_) => value.fault("this must be one ASCII character, such as `,`, `;` or a tab (`\\t`)"),
            None => {}
        }
    }
    if let Some(value) = table.take("missing") {
        cells.missing = value.texts(true);
    }
    if let Some(value) = table.take("list_separator") {
        let mut characters = value.any_text().unwrap_or(",").chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => cells.list_separator = character,
            _ => value.fault("this must be one character, such as `,` or `;`"),
        }
    }
    table.end(&["delimiter", "missing", "list_separator"]);
    cells
}

pub(super) fn time(table: Option<Table<'_>>) -> Option<TimeRule> {
    let Some(mut table) = table else {
        return TimeRule::new(&["rfc3339".to_owned()], "UTC").ok();
    };
    let formats = table.take("formats");
    let zone = table.take("zone");
    table.end(&["formats", "zone"]);
    let texts = formats.as_ref().map_or_else(|| vec!["rfc3339".to_owned()], |value| value.texts(false));
    if let Some(value) = formats.as_ref().filter(|_| texts.is_empty()) {
        value.fault("name at least one format");
    }
    let zone_text = zone.as_ref().map_or(Some("UTC"), Value::text)?;
    match TimeRule::new(&texts, zone_text) {
        Ok(rule) => Some(rule),
        Err(faults) => {
            for (key, message) in faults {
                let value = if key == "zone" { &zone } else { &formats };
                if let Some(value) = value {
                    value.fault(message);
                }
            }
            None
        }
    }
}

pub(super) fn columns(mut table: Table<'_>) -> BTreeMap<Field, TextRule> {
    let mut columns = BTreeMap::new();
    for (field, key) in Field::KEYS {
        let value = match field {
            Field::Case => table.require(key, "which consultation a row belongs to"),
            Field::Time => table.require(key, "when it happened"),
            Field::Activity => table.require(key, "what happened"),
            _ => table.take(key),
        };
        if let Some(rule) = value.and_then(|value| text_rule(&value)) {
            columns.insert(field, rule);
        }
    }
    table.end(&Field::KEYS.map(|(_, key)| key));
    columns
}

/// A section whose keys the author chooses: attributes and catalogs.
pub(super) fn named_rules(table: Option<Table<'_>>) -> Vec<(String, TextRule)> {
    let entries = table.map(|mut table| table.drain()).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some(((*key).to_owned(), text_rule(value)?))).collect()
}

fn text_rule(value: &Value<'_>) -> Option<TextRule> {
    let items = value.one_or_list();
    if items.is_empty() {
        value.fault("name a column");
    }
    let mut alternatives = Vec::with_capacity(items.len());
    for item in &items {
        match Template::parse(item.text()?) {
            Ok(template) if template.columns().next().is_some() => alternatives.push(template),
            Ok(_) => item.fault("this names no column; put one in braces, such as `{Product}`"),
            Err(message) => item.fault(message),
        }
    }
    (!alternatives.is_empty()).then_some(TextRule { alternatives })
}

pub(super) fn defaults(table: Option<Table<'_>>) -> Defaults {
    let mut defaults = Defaults {
        topic: "Imported consultation".to_owned(),
        channel: Channel::Import,
        priority: Priority::Normal,
        language: None,
        call_direction: CallDirection::Inbound,
        client_kind: ClientKind::Person,
        questionnaire: "imported".to_owned(),
        question: "satisfaction".to_owned(),
    };
    let Some(mut table) = table else { return defaults };
    let mut text = |key: &str| table.take(key).and_then(|value| value.text().map(ToOwned::to_owned));
    if let Some(topic) = text("topic") {
        defaults.topic = topic;
    }
    defaults.language = text("language");
    if let Some(questionnaire) = text("questionnaire") {
        defaults.questionnaire = questionnaire;
    }
    if let Some(question) = text("question") {
        defaults.question = question;
    }
    if let Some(channel) = table.take("channel").and_then(|value| word(&value)) {
        defaults.channel = channel;
    }
    if let Some(priority) = table.take("priority").and_then(|value| word(&value)) {
        defaults.priority = priority;
    }
    if let Some(direction) = table.take("call_direction").and_then(|value| word(&value)) {
        defaults.call_direction = direction;
    }
    if let Some(kind) = table.take("client_kind").and_then(|value| word(&value)) {
        defaults.client_kind = kind;
    }
    table.end(&[
        "topic",
        "language",
        "channel",
        "priority",
        "call_direction",
        "client_kind",
        "questionnaire",
        "question",
    ]);
    defaults
}

pub(super) fn values(table: Option<Table<'_>>) -> Values {
    let Some(mut table) = table else { return Values::default() };
    let values = Values {
        priority: words(table.section("priority")),
        channel: words(table.section("channel")),
        call_outcome: words(table.section("call_outcome")),
        call_direction: words(table.section("call_direction")),
    };
    table.end(&["priority", "channel", "call_outcome", "call_direction"]);
    values
}

fn words<T: for<'de> Deserialize<'de>>(table: Option<Table<'_>>) -> HashMap<String, T> {
    let entries = table.map(|mut table| table.drain()).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some(((*key).to_owned(), word(value)?))).collect()
}

/// One of the domain's own words, such as `CALL_CENTER`.
fn word<T: for<'de> Deserialize<'de>>(value: &Value<'_>) -> Option<T> {
    let deserializer: StrDeserializer<'_, ValueError> = value.text()?.into_deserializer();
    T::deserialize(deserializer).map_err(|error| value.fault(error.to_string())).ok()
}

pub(super) fn activities(mut table: Table<'_>) -> HashMap<String, Vec<Step>> {
    table.drain().iter().map(|(activity, value)| ((*activity).to_owned(), steps(value))).collect()
}

fn steps(value: &Value<'_>) -> Vec<Step> {
    let step = |item: &Value<'_>| {
        let name = item.text()?;
        let step = Step::named(name);
        if step.is_none() {
            let known = Step::NAMES.map(|(_, name)| name).join(", ");
            item.fault(format!("there is no step `{name}`; there are: {known}"));
        }
        step
    };
    value.one_or_list().iter().filter_map(step).collect()
}

pub(super) fn change(mut table: Table<'_>) -> Option<ChangeRule> {
    let column = table.require("column", "whose change counts").and_then(|value| text_rule(&value));
    let steps = table.require("steps", "what the change means").map(|value| steps(&value));
    let when = table.take("when");
    let becomes = table.take("becomes").map(|value| value.texts(false));
    let unless = table.take("unless").map(|value| value.texts(false)).unwrap_or_default();
    let when = match (when.as_ref().and_then(Value::text), becomes) {
        (Some("rises"), None) => When::Rises,
        (Some("changes") | None, None) => When::Changes,
        (None, Some(texts)) => When::Becomes(texts),
        (Some(_), _) => {
            if let Some(value) = &when {
                value.fault("say `changes` or `rises`, or leave this out and list texts in `becomes`");
            }
            When::Changes
        }
    };
    table.end(&["column", "steps", "when", "becomes", "unless"]);
    Some(ChangeRule { column: column?, when, unless, steps: steps? })
}

pub(super) fn rules(table: Option<Table<'_>>) -> bool {
    let Some(mut table) = table else { return false };
    let reopen = table.take("reopen_on_work").and_then(|value| value.flag()).unwrap_or(false);
    table.end(&["reopen_on_work"]);
    reopen
}
