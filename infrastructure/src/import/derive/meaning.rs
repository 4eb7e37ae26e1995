//! What the texts of a source mean, all of it worked out before the first case.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    consultation::{AttributeValue, CallDirection, CallOutcome, Channel, Priority},
    id::{ClientId, ManagerId},
};

use super::lookup::Lookup;
use crate::import::{
    bind::Rows,
    ids::Ids,
    mapping::{Field, Mapping, Step},
    source::Column,
};

/// The rows of a source with everything that their texts mean.
#[derive(Debug)]
pub(in crate::import) struct Meaning<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) rows: &'a Rows,
    pub(super) ids: &'a Ids,
    steps: Lookup<'a, &'a [Step]>,
    pub(super) person: Lookup<'a, ManagerId>,
    pub(super) actor: Lookup<'a, ManagerId>,
    pub(super) opened_by: Lookup<'a, ManagerId>,
    pub(super) resolved_by: Lookup<'a, ManagerId>,
    pub(super) client: Lookup<'a, ClientId>,
    pub(super) priority: Lookup<'a, Priority>,
    pub(super) channel: Lookup<'a, Channel>,
    pub(super) language: Lookup<'a, String>,
    pub(super) opened_at: Lookup<'a, DateTime<Utc>>,
    pub(super) appointed_for: Lookup<'a, DateTime<Utc>>,
    pub(super) call_outcome: Lookup<'a, CallOutcome>,
    pub(super) call_direction: Lookup<'a, CallDirection>,
    pub(super) call_wait: Lookup<'a, u32>,
    pub(super) call_duration: Lookup<'a, u32>,
    pub(super) rating: Lookup<'a, u8>,
    pub(super) attributes: Vec<(&'a str, Lookup<'a, AttributeValue>)>,
}

impl<'a> Meaning<'a> {
    /// Works the texts out.
    pub(in crate::import) fn new(mapping: &'a Mapping, rows: &'a Rows, ids: &'a Ids) -> Self {
        let manager = |field| Lookup::new(rows, field, |text| Some(ids.manager(text)));
        let time = |field| Lookup::new(rows, field, |text| mapping.time.read(text).ok());
        let attribute = |(key, column): &'a (String, std::sync::Arc<Column>)| {
            (key.as_str(), Lookup::of(column, |text| Some(attribute_value(text))))
        };
        let actor = if rows.column(Field::Actor).is_some() { Field::Actor } else { Field::Person };
        Self {
            mapping,
            rows,
            ids,
            steps: Lookup::new(rows, Field::Activity, |text| mapping.activities.get(text).map(Vec::as_slice)),
            person: manager(Field::Person),
            actor: manager(actor),
            opened_by: manager(Field::OpenedBy),
            resolved_by: manager(Field::ResolvedBy),
            client: Lookup::new(rows, Field::Client, |text| Some(ids.client(text))),
            priority: Lookup::new(rows, Field::Priority, |text| mapping.values.priority.get(text).copied()),
            channel: Lookup::new(rows, Field::Channel, |text| mapping.values.channel.get(text).copied()),
            language: Lookup::new(rows, Field::Language, language),
            opened_at: time(Field::OpenedAt),
            appointed_for: time(Field::AppointedFor),
            call_outcome: Lookup::new(rows, Field::CallOutcome, |text| {
                mapping.values.call_outcome.get(text).copied()
            }),
            call_direction: Lookup::new(rows, Field::CallDirection, |text| {
                mapping.values.call_direction.get(text).copied()
            }),
            call_wait: Lookup::new(rows, Field::CallWait, seconds),
            call_duration: Lookup::new(rows, Field::CallDuration, seconds),
            rating: Lookup::new(rows, Field::Rating, score),
            attributes: rows.attributes.iter().map(attribute).collect(),
        }
    }

    /// What the activity of a row means; none if the mapping does not know it.
    pub(super) fn steps(&self, row: u32) -> Option<&'a [Step]> {
        self.steps.get(row).copied()
    }

    /// The activity of a row, in the source's words.
    pub(super) fn activity(&self, row: u32) -> &'a str {
        self.rows.text(Field::Activity, row).unwrap_or("-")
    }

    /// The text of a row in a role, as an owned text.
    pub(super) fn owned(&self, field: Field, row: u32) -> Option<String> {
        self.rows.text(field, row).map(ToOwned::to_owned)
    }

    /// Counts the rows whose texts should mean something and do not.
    pub(in crate::import) fn unknown_values(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        self.priority.count_unknown(Field::Priority, &mut counts);
        self.channel.count_unknown(Field::Channel, &mut counts);
        self.language.count_unknown(Field::Language, &mut counts);
        self.opened_at.count_unknown(Field::OpenedAt, &mut counts);
        self.appointed_for.count_unknown(Field::AppointedFor, &mut counts);
        self.call_outcome.count_unknown(Field::CallOutcome, &mut counts);
        self.call_direction.count_unknown(Field::CallDirection, &mut counts);
        self.call_wait.count_unknown(Field::CallWait, &mut counts);
        self.call_duration.count_unknown(Field::CallDuration, &mut counts);
        self.rating.count_unknown(Field::Rating, &mut counts);
        counts
    }
}

/// `true` and `false` are flags, whole numbers in their usual spelling are numbers, the rest is text.
fn attribute_value(text: &str) -> AttributeValue {
    match text {
        "true" => AttributeValue::Flag(true),
        "false" => AttributeValue::Flag(false),
        _ => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => AttributeValue::Integer(number),
            _ => AttributeValue::Text(text.to_owned()),
        },
    }
}

/// The domain takes ISO 639 codes.
fn language(text: &str) -> Option<String> {
    let is_code = (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_lowercase())
}

/// Seconds from `109`, `109.0` or `00:02:23`; fractions are rounded.
fn seconds(text: &str) -> Option<u32> {
    let mut parts = text.rsplit(':');
    let mut total = parts.next().and_then(decimal)?;
    for unit in [60.0, 3_600.0] {
        let Some(part) = parts.next() else { break };
        total += decimal(part)? * unit;
    }
    if parts.next().is_some() {
        return None;
    }
    rounded(total)
}

/// A score from `3` or `3.0`.
fn score(text: &str) -> Option<u8> {
    let score = decimal(text)?;
    (score.fract() == 0.0).then(|| rounded(score)).flatten().and_then(|score| u8::try_from(score).ok())
}

fn decimal(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

fn rounded(number: f64) -> Option<u32> {
    // Through text, because a cast would hide what does not fit.
    format!("{number:.0}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_both_spellings() {
        for (text, expected) in [
            ("109", Some(109)),
            ("109.0", Some(109)),
            ("0.6", Some(1)),
            ("00:02:23", Some(143)),
            ("01:00:00", Some(3_600)),
            ("02:23", Some(143)),
            ("1:2:3:4", None),
            ("-5", None),
            ("NaN", None),
            ("soon", None),
            ("99999999999", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn scores_are_whole() {
        assert_eq!(score("3.0"), Some(3));
        assert_eq!(score("5"), Some(5));
        assert_eq!(score("4.5"), None);
        assert_eq!(score("300"), None);
    }

    #[test]
    fn only_the_usual_spelling_of_a_number_is_a_number() {
        assert_eq!(attribute_value("17"), AttributeValue::Integer(17));
        assert_eq!(attribute_value("017"), AttributeValue::Text("017".to_owned()));
        assert_eq!(attribute_value("true"), AttributeValue::Flag(true));
        assert_eq!(attribute_value("True"), AttributeValue::Text("True".to_owned()));
    }
}
