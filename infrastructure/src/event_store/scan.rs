//! Rows of the events table by `COPY` in PostgreSQL's binary format: no parsing of rows that nobody needs
//! decoded, and no allocation for any of them.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream::BoxStream};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{codec::COLUMNS, stored::RawEvent};

const COUNT: i16 = 15;
/// The signature, the flags and the length of an extension that is never there.
const HEADER: usize = 19;
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// PostgreSQL counts microseconds from the year 2000.
const EPOCH_MICROS: i64 = 946_684_800_000_000;

/// Which events to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// The position before the first.
    pub after: i64,
    /// The position of the last.
    pub to: i64,
    /// Those of one workspace only.
    pub workspace: Option<Uuid>,
}

impl Range {
    fn statement(&self) -> String {
        let workspace =
            self.workspace.map(|workspace| format!(" and workspace_id = '{workspace}'")).unwrap_or_default();
        // Nothing in it is text from outside: `COPY` takes no parameters.
        format!(
            "copy (select {COLUMNS} from ledgerdesk.events \
             where position > {} and position <= {}{workspace} order by position) to stdout (format binary)",
            self.after, self.to
        )
    }
}

/// Rows as they come from the server, in order of position.
pub(super) struct Rows<'c> {
    stream: BoxStream<'c, Result<Bytes, sqlx::Error>>,
    begun: bool,
}

impl<'c> Rows<'c> {
    /// Begins to read a range. What is not read to its end is discarded when the connection is used next.
    pub(super) async fn of(connection: &'c mut PgConnection, range: Range) -> Result<Self, sqlx::Error> {
        Ok(Self { stream: connection.copy_out_raw(&range.statement()).await?, begun: false })
    }

    /// The next row, to be read with [`parse`].
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, sqlx::Error> {
        while let Some(message) = self.stream.next().await {
            let mut message = message?;
            if !self.begun {
                if message.len() < HEADER || !message.starts_with(SIGNATURE) {
                    return Err(sqlx::Error::Protocol("the server does not copy in binary".to_owned()));
                }
                // The header comes together with the first row.
                message = message.slice(HEADER..);
                self.begun = true;
            }
            // The last message is -1 instead of the number of columns.
            if !message.is_empty() && !message.starts_with(&(-1_i16).to_be_bytes()) {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }
}

/// The event in a row.
pub(super) fn parse(row: &[u8]) -> Result<RawEvent<'_>, sqlx::Error> {
    fields(row).ok_or_else(|| sqlx::Error::Protocol("a row of the log cannot be read".to_owned()))
}

fn fields(row: &[u8]) -> Option<RawEvent<'_>> {
    let mut fields = Fields(row);
    if fields.number::<2>().map(i16::from_be_bytes)? != COUNT {
        return None;
    }
    Some(RawEvent {
        position: fields.fixed().map(i64::from_be_bytes)?,
        workspace_sequence: fields.fixed().map(i64::from_be_bytes)?,
        workspace_id: fields.fixed().map(Uuid::from_bytes)?,
        event_id: fields.fixed().map(Uuid::from_bytes)?,
        stream_id: fields.fixed().map(Uuid::from_bytes)?,
        occurred_at: fields.fixed().and_then(instant)?,
        recorded_at: fields.fixed().and_then(instant)?,
        stream_version: fields.fixed().map(i32::from_be_bytes)?,
        schema_version: fields.fixed().map(i16::from_be_bytes)?,
        stream_type: fields.text()?,
        event_type: fields.text()?,
        payload: fields.text()?,
        metadata: fields.text()?,
        sealed: match fields.field()? {
            Field::Bytes(sealed) => Some(sealed),
            Field::Null => None,
        },
        hash: fields.bytes()?,
    })
}

fn instant(bytes: [u8; 8]) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(i64::from_be_bytes(bytes).checked_add(EPOCH_MICROS)?)
}

enum Field<'a> {
    Bytes(&'a [u8]),
    Null,
}

/// What is left of a row.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (number, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*number)
    }

    /// The next field, or an SQL null.
    fn field(&mut self) -> Option<Field<'a>> {
        let length = i32::from_be_bytes(self.number()?);
        let Ok(length) = usize::try_from(length) else { return Some(Field::Null) };
        let (field, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Field::Bytes(field))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        match self.field()? {
            Field::Bytes(bytes) => Some(bytes),
            Field::Null => None,
        }
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes()?.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_cut_off_is_no_row() {
        let mut row = COUNT.to_be_bytes().to_vec();
        row.extend(8_i32.to_be_bytes());
        row.extend(7_i64.to_be_bytes());
        for end in 0..row.len() {
            assert!(parse(&row[..end]).is_err(), "{end}");
        }
        assert!(parse(&row).is_err());
    }
}
