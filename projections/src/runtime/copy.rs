//! New rows by COPY: the fastest way into a table.
//!
//! In COPY's binary format, which spares the server the reading of ids, times and numbers as text. A table with
//! a column whose binary form is not written here takes the text format.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    cells,
    fault::Fault,
    table::{Column, Table},
};

/// Rows that are sent at once: few enough to fit the socket's buffer, so that the server takes them in while the
/// next ones are being written here.
const AT_ONCE: usize = 400;

/// Copies rows, each a JSON object, into the table. None of them may be there.
pub(super) async fn copy_in(
    connection: &mut PgConnection,
    table: &Table,
    rows: &[String],
) -> Result<(), Fault> {
    let forms: Option<Vec<Binary>> = table.columns.iter().map(Binary::of).collect();
    let format = if forms.is_some() { " (format binary)" } else { "" };
    let mut copy = connection.copy_in_raw(&format!("{}{format}", table.copy_sql)).await?;
    if forms.is_some() {
        copy.send(HEADER).await?;
    }
    for some in rows.chunks(AT_ONCE) {
        let written = match &forms {
            Some(forms) => binary(table, forms, some),
            None => text(table, some),
        };
        match written {
            Ok(bytes) => copy.send(bytes).await?,
            Err(fault) => {
                copy.abort("a row does not fit the table").await?;
                return Err(fault);
            }
        };
    }
    if forms.is_some() {
        copy.send(TRAILER.as_slice()).await?;
    }
    copy.finish().await?;
    Ok(())
}

/// One line a row: the columns separated by tabs, `\N` for null.
fn text(table: &Table, rows: &[String]) -> Result<Vec<u8>, Fault> {
    let mut lines = String::with_capacity(rows.iter().map(String::len).sum());
    for row in rows {
        for (index, cell) in
            cells::texts(row, &table.columns).map_err(|error| table.misfit(&error))?.enumerate()
        {
            if index > 0 {
                lines.push('\t');
            }
            match cell.map_err(|error| table.misfit(&error))? {
                None => lines.push_str("\\N"),
                Some(text) => escape(&mut lines, &text),
            }
        }
        lines.push('\n');
    }
    Ok(lines.into_bytes())
}

/// Escapes what the text format gives a meaning to.
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

/// What a binary file begins with: its mark, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// The length of a null.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();
/// Where PostgreSQL counts time from: 2000-01-01, in microseconds since 1970.
const EPOCH: i64 = 946_684_800_000_000;

/// The number of columns, then each as its length and its bytes.
fn binary(table: &Table, forms: &[Binary], rows: &[String]) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(rows.iter().map(String::len).sum());
    let count = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).to_be_bytes();
    for row in rows {
        bytes.extend_from_slice(&count);
        let cells = cells::texts(row, &table.columns).map_err(|error| table.misfit(&error))?;
        for ((cell, column), form) in cells.zip(&table.columns).zip(forms) {
            let written = match cell.map_err(|error| table.misfit(&error))? {
                None => {
                    bytes.extend_from_slice(&NULL);
                    Some(())
                }
                Some(text) => form.write(&mut bytes, &text),
            };
            if written.is_none() {
                return Err(table.misfit_in(column));
            }
        }
    }
    Ok(bytes)
}

/// The binary forms that are written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Uuid,
    Text,
    Jsonb,
    Time,
    Boolean,
    Big,
    Integer,
    Small,
}

impl Binary {
    fn of(column: &Column) -> Option<Self> {
        Some(match column.sql_type.as_str() {
            "uuid" => Self::Uuid,
            "text" | "json" => Self::Text,
            "jsonb" => Self::Jsonb,
            "timestamp with time zone" => Self::Time,
            "boolean" => Self::Boolean,
            "bigint" => Self::Big,
            "integer" => Self::Integer,
            "smallint" => Self::Small,
            _ => return None,
        })
    }

    /// Writes the length and the bytes; nothing if the text is no such value.
    fn write(self, bytes: &mut Vec<u8>, text: &str) -> Option<()> {
        match self {
            Self::Uuid => field(bytes, Uuid::try_parse(text).ok()?.as_bytes()),
            Self::Text => field(bytes, text.as_bytes()),
            Self::Jsonb => {
                bytes.extend_from_slice(&u32::try_from(text.len() + 1).ok()?.to_be_bytes());
                // The version of its format.
                bytes.push(1);
                bytes.extend_from_slice(text.as_bytes());
                Some(())
            }
            Self::Time => {
                let time = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
                field(bytes, &to_micros(time)?.checked_sub(EPOCH)?.to_be_bytes())
            }
            Self::Boolean => field(bytes, &[u8::from(text.parse::<bool>().ok()?)]),
            Self::Big => field(bytes, &text.parse::<i64>().ok()?.to_be_bytes()),
            Self::Integer => field(bytes, &text.parse::<i32>().ok()?.to_be_bytes()),
            Self::Small => field(bytes, &text.parse::<i16>().ok()?.to_be_bytes()),
        }
    }
}

/// Rounded as the server rounds a text: to the nearest, halves to even.
fn to_micros(time: DateTime<Utc>) -> Option<i64> {
    let micros = time.timestamp_micros();
    let rest = time.timestamp_subsec_nanos() % 1_000;
    let up = rest > 500 || (rest == 500 && micros % 2 != 0);
    micros.checked_add(i64::from(up))
}

fn field(bytes: &mut Vec<u8>, value: &[u8]) -> Option<()> {
    bytes.extend_from_slice(&u32::try_from(value.len()).ok()?.to_be_bytes());
    bytes.extend_from_slice(value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_text_format_gives_a_meaning_to_is_escaped() {
        let mut line = String::new();
        escape(&mut line, "tab\tline\n\\N \"q\"\r");
        assert_eq!(line, "tab\\tline\\n\\\\N \"q\"\\r");
    }

    #[test]
    fn binary_values_are_big_endian_behind_their_length() {
        let write = |form: Binary, text: &str| {
            let mut bytes = Vec::new();
            form.write(&mut bytes, text).map(|()| bytes)
        };
        assert_eq!(write(Binary::Integer, "-2"), Some(vec![0, 0, 0, 4, 255, 255, 255, 254]));
        assert_eq!(write(Binary::Jsonb, "{}"), Some(vec![0, 0, 0, 3, 1, b'{', b'}']));
        assert_eq!(write(Binary::Boolean, "true"), Some(vec![0, 0, 0, 1, 1]));
        let time = write(Binary::Time, "2000-01-01T01:00:00.000002+01:00");
        assert_eq!(time, Some(vec![0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2]));
        let nanos = write(Binary::Time, "2000-01-01T00:00:00.000002600Z");
        assert_eq!(nanos, Some(vec![0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3]));
        for (form, text) in [(Binary::Small, "70000"), (Binary::Uuid, "x"), (Binary::Time, "today")] {
            assert_eq!(write(form, text), None, "{text}");
        }
    }
}
