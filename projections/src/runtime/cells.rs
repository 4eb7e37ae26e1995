//! A row as the texts of its columns, as PostgreSQL reads them.
//!
//! A row travels as a JSON object and is taken apart here, undecoded where that is possible: the server's own
//! functions for JSON rows take twice as long as its input of plain texts.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::table::{Column, ColumnKind};

/// The texts of the columns, in their order; nothing for null.
pub(super) fn texts<'a>(
    row: &'a str,
    columns: &'a [Column],
) -> Result<impl Iterator<Item = Result<Option<Cow<'a, str>>, serde_json::Error>> + 'a, serde_json::Error> {
    let fields: Fields<'a> = serde_json::from_str(row)?;
    Ok(columns.iter().enumerate().map(move |(index, column)| match fields.get(index, column.name) {
        None | Some("null") => Ok(None),
        Some(json) => text(column.kind, json).map(Some),
    }))
}

fn text(kind: ColumnKind, json: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    Ok(match kind {
        ColumnKind::Json => Cow::Borrowed(json),
        ColumnKind::Array if json.starts_with('[') => {
            let mut literal = String::new();
            write_array(&mut literal, &serde_json::from_str(json)?);
            Cow::Owned(literal)
        }
        ColumnKind::Array | ColumnKind::Scalar => match json.strip_prefix('"') {
            None => Cow::Borrowed(json),
            Some(rest) if !rest.contains('\\') => Cow::Borrowed(&rest[..rest.len() - 1]),
            Some(_) => Cow::Owned(serde_json::from_str(json)?),
        },
    })
}

/// An array literal of PostgreSQL: every element quoted, so that none is taken for a delimiter or a null.
fn write_array(text: &mut String, array: &Value) {
    let quote = |text: &mut String, value: &str| {
        text.push('"');
        for character in value.chars() {
            if matches!(character, '"' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
        text.push('"');
    };
    match array {
        Value::Array(elements) => {
            text.push('{');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_array(text, element);
            }
            text.push('}');
        }
        Value::Null => text.push_str("NULL"),
        Value::String(value) => quote(text, value),
        value => quote(text, &value.to_string()),
    }
}

/// The fields of a JSON object, undecoded, in their order.
struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    /// The JSON of a field. Rows mostly list their fields in the order of the columns.
    fn get(&self, hint: usize, name: &str) -> Option<&'a str> {
        match self.0.get(hint) {
            Some((field, json)) if *field == name => Some(json),
            _ => self.0.iter().find(|(field, _)| *field == name).map(|(_, json)| *json),
        }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a row as a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(32);
                while let Some((name, json)) = map.next_entry::<&str, &RawValue>()? {
                    fields.push((name, json.get()));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kinds: &[(&'static str, ColumnKind)], row: &str) -> Vec<Option<String>> {
        let column = |&(name, kind)| Column { name, kind, sql_type: String::new() };
        let columns: Vec<Column> = kinds.iter().map(column).collect();
        let texts = texts(row, &columns).unwrap();
        texts.map(|text| text.unwrap().map(Cow::into_owned)).collect()
    }

    #[test]
    fn scalars_are_bare_and_null_is_nothing_in_whatever_order_the_fields_come() {
        let kinds = ["a", "b", "c", "missing"].map(|name| (name, ColumnKind::Scalar));
        let texts = read(&kinds, r#"{"c":true,"a":"say \"x\"\t","b":null}"#);
        assert_eq!(texts, [Some("say \"x\"\t".to_owned()), None, Some("true".to_owned()), None]);
    }

    #[test]
    fn a_string_in_a_json_column_stays_json() {
        assert_eq!(read(&[("a", ColumnKind::Json)], r#"{"a":"x"}"#), [Some("\"x\"".to_owned())]);
    }

    #[test]
    fn arrays_become_literals_whose_elements_are_quoted() {
        let texts = read(&[("a", ColumnKind::Array)], r#"{"a":["x,y","say \"a\"",null,7]}"#);
        assert_eq!(texts, [Some(r#"{"x,y","say \"a\"",NULL,"7"}"#.to_owned())]);
    }
}
