//! Rows as text for COPY: the fastest way into a table that does not have them.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};
use sqlx::PgConnection;

use super::{
    fault::Fault,
    table::{Column, ColumnKind, Table},
};

/// Copies rows, each a JSON object, into the table.
pub(super) async fn copy_in(
    connection: &mut PgConnection,
    table: &Table,
    rows: &[String],
) -> Result<(), Fault> {
    let mut text = String::with_capacity(rows.iter().map(String::len).sum());
    for row in rows {
        write_row(&mut text, &table.columns, row).map_err(|error| {
            Fault::Paused(format!("a row of {} does not fit its table: {error}", table.definition.name))
        })?;
    }
    let mut copy = connection.copy_in_raw(&table.copy_sql).await?;
    copy.send(text.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// Writes a row as one line: its columns separated by tabs, `\N` for null.
fn write_row(text: &mut String, columns: &[Column], row: &str) -> Result<(), serde_json::Error> {
    let cells: Cells<'_> = serde_json::from_str(row)?;
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            text.push('\t');
        }
        match cells.get(index, column.name) {
            None | Some("null") => text.push_str("\\N"),
            Some(json) => write_cell(text, column.kind, json)?,
        }
    }
    text.push('\n');
    Ok(())
}

fn write_cell(text: &mut String, kind: ColumnKind, json: &str) -> Result<(), serde_json::Error> {
    match kind {
        ColumnKind::Json => escape(text, json),
        ColumnKind::Array if json.starts_with('[') => {
            let mut array = String::new();
            write_array(&mut array, &serde_json::from_str(json)?);
            escape(text, &array);
        }
        ColumnKind::Array | ColumnKind::Scalar => match json.strip_prefix('"') {
            None => escape(text, json),
            Some(rest) if !rest.contains('\\') => text.push_str(&rest[..rest.len() - 1]),
            Some(_) => escape(text, &serde_json::from_str::<String>(json)?),
        },
    }
    Ok(())
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

/// Escapes what COPY gives a meaning to.
fn escape(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '\n', '\r', '\t']) {
        text.push_str(&rest[..at]);
        text.push_str(match rest.as_bytes()[at] {
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            _ => "\\t",
        });
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// The fields of a JSON object, undecoded, in their order.
struct Cells<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Cells<'a> {
    /// The JSON of a field. Rows mostly list their fields in the order of the columns.
    fn get(&self, hint: usize, name: &str) -> Option<&'a str> {
        match self.0.get(hint) {
            Some((field, json)) if *field == name => Some(json),
            _ => self.0.iter().find(|(field, _)| *field == name).map(|(_, json)| *json),
        }
    }
}

impl<'de> Deserialize<'de> for Cells<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Cells<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a row as a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut cells = Vec::with_capacity(32);
                while let Some((name, json)) = map.next_entry::<&str, &RawValue>()? {
                    cells.push((name, json.get()));
                }
                Ok(Cells(cells))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kinds: &[(&'static str, ColumnKind)], row: &str) -> String {
        let columns: Vec<Column> = kinds.iter().map(|&(name, kind)| Column { name, kind }).collect();
        let mut text = String::new();
        write_row(&mut text, &columns, row).unwrap();
        text
    }

    #[test]
    fn scalars_are_written_bare_and_nulls_marked() {
        let kinds = [
            ("a", ColumnKind::Scalar),
            ("b", ColumnKind::Scalar),
            ("c", ColumnKind::Scalar),
            ("missing", ColumnKind::Scalar),
        ];
        assert_eq!(line(&kinds, r#"{"c":true,"a":"text","b":null}"#), "text\t\\N\ttrue\t\\N\n");
    }

    #[test]
    fn what_copy_gives_a_meaning_to_is_escaped() {
        let kinds = [("a", ColumnKind::Scalar), ("b", ColumnKind::Json)];
        assert_eq!(
            line(&kinds, r#"{"a":"tab\tline\n\\N \"q\"","b":{"t":"x\ny"}}"#),
            "tab\\tline\\n\\\\N \"q\"\t{\"t\":\"x\\\\ny\"}\n"
        );
    }

    #[test]
    fn a_string_in_a_json_column_stays_json() {
        assert_eq!(line(&[("a", ColumnKind::Json)], r#"{"a":"x"}"#), "\"x\"\n");
    }

    #[test]
    fn arrays_become_literals_whose_elements_are_quoted() {
        assert_eq!(
            line(&[("a", ColumnKind::Array)], r#"{"a":["x,y","say \"a\"",null,7]}"#),
            "{\"x,y\",\"say \\\\\"a\\\\\"\",NULL,\"7\"}\n"
        );
    }
}
