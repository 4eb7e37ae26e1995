//! What changed between two states of one consultation.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Parts, Snapshot};

/// A field whose value is another one.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    /// The field as the API names it; those of the detail begin with `detail.`.
    pub field: String,
    /// Its value before, null where it had none: ids are plain UUIDs, enum values wire texts, times RFC 3339 in UTC.
    pub from: Value,
    /// Its value after.
    pub to: Value,
}

/// What a part of a consultation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A handover.
    Handover,
    /// A redate.
    Redate,
    /// A call attempt.
    Call,
    /// A rating.
    Rating,
    /// A message.
    Message,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was not there before.
    Came,
    /// It was there and is another.
    Changed,
    /// It is not there any more: a fact that one of the two does not know.
    Went,
}

/// A part that is not the same in both states.
#[derive(Debug, Clone, PartialEq)]
pub struct PartChange {
    /// What it is.
    pub kind: PartKind,
    /// Which.
    pub id: Uuid,
    /// What became of it.
    pub fate: Fate,
    /// Its fields with other values.
    pub fields: Vec<FieldChange>,
}

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Fields of the consultation itself, by name.
    pub fields: Vec<FieldChange>,
    /// Its parts, by kind and id.
    pub parts: Vec<PartChange>,
}

/// Compares two states; without a first one, the consultation had not begun.
pub fn difference(from: Option<&Snapshot>, to: &Snapshot) -> Difference {
    let list = from.map(|from| &*from.consultation);
    let mut fields = changes("", list, Some(&*to.consultation));
    let detail = from.and_then(|from| from.detail.as_deref());
    let detail = changes("detail.", detail, to.detail.as_deref()).into_iter();
    // It has none of its own in the API.
    fields.extend(detail.filter(|change| change.field != "detail.position"));
    let mut parts = Vec::new();
    compare(&mut parts, PartKind::Handover, from.map(|from| &from.handovers), &to.handovers);
    compare(&mut parts, PartKind::Redate, from.map(|from| &from.redates), &to.redates);
    compare(&mut parts, PartKind::Call, from.map(|from| &from.calls), &to.calls);
    compare(&mut parts, PartKind::Rating, from.map(|from| &from.ratings), &to.ratings);
    compare(&mut parts, PartKind::Message, from.map(|from| &from.messages), &to.messages);
    Difference { fields, parts }
}

fn compare<R: Serialize>(
    found: &mut Vec<PartChange>,
    kind: PartKind,
    from: Option<&Parts<R>>,
    to: &Parts<R>,
) {
    let before = |id: &Uuid| from.and_then(|from| from.get(id));
    let ids: BTreeSet<Uuid> = from.into_iter().flat_map(Parts::keys).chain(to.keys()).copied().collect();
    for id in ids {
        let (was, is) = (before(&id).map(|row| &**row), to.get(&id).map(|row| &**row));
        let fields = changes("", was, is);
        let fate = match (was, is) {
            (None, _) => Fate::Came,
            (Some(_), None) => Fate::Went,
            (Some(_), Some(_)) if fields.is_empty() => continue,
            (Some(_), Some(_)) => Fate::Changed,
        };
        found.push(PartChange { kind, id, fate, fields });
    }
}

/// The fields that differ, by name.
fn changes<R: Serialize>(prefix: &str, from: Option<&R>, to: Option<&R>) -> Vec<FieldChange> {
    let (mut from, mut to) = (fields(from), fields(to));
    let names: BTreeSet<String> = from.keys().chain(to.keys()).cloned().collect();
    let mut changes = Vec::new();
    for column in names {
        let from = from.remove(&column).unwrap_or_default();
        let to = to.remove(&column).unwrap_or_default();
        if from != to && !UNSHOWN.contains(&column.as_str()) {
            changes.push(FieldChange { field: format!("{prefix}{}", name(&column)), from, to });
        }
    }
    changes
}

fn fields<R: Serialize>(row: Option<&R>) -> Map<String, Value> {
    match row.map(serde_json::to_value) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::new(),
    }
}

/// Columns that the API does not show: what a row is and whose, and what another column says in other words.
const UNSHOWN: &[&str] = &["id", "workspace_id", "person_id", "consultation_id", "priority_rank"];

/// Columns that the API shows under other names.
const NAMES: &[(&str, &str)] = &[
    ("last_position", "position"),
    ("client_id", "client"),
    ("open_handover_id", "openHandover"),
    ("open_handover", "openHandoverPhase"),
    ("body", "text"),
    ("manager_id", "manager"),
    ("redate_id", "redate"),
    ("handover_id", "handover"),
];

fn name(column: &str) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(of, _)| *of == column) {
        return (*name).to_owned();
    }
    let mut words = column.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}
