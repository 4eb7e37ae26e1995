//! Rows in the text format of `COPY`, which fits whatever types the columns have.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::event_store::canonical::{push_hex, push_number};

/// Rows on their way into a table.
#[derive(Debug, Default)]
pub(super) struct Rows(String);

impl Rows {
    /// A row of as many fields as are put into it.
    pub(super) fn row(&mut self) -> Row<'_> {
        Row { text: &mut self.0, is_first: true }
    }

    /// How many bytes were collected.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was collected; nothing is left.
    pub(super) fn take(&mut self) -> String {
        let room = self.0.capacity();
        std::mem::replace(&mut self.0, String::with_capacity(room))
    }
}

/// One row, field by field; [`Row::end`] ends it.
pub(super) struct Row<'a> {
    text: &'a mut String,
    is_first: bool,
}

impl Row<'_> {
    fn begin(&mut self) {
        if !std::mem::replace(&mut self.is_first, false) {
            self.text.push('\t');
        }
    }

    pub(super) fn number(mut self, number: i64) -> Self {
        self.begin();
        push_number(self.text, number);
        self
    }

    pub(super) fn id(mut self, id: Uuid) -> Self {
        self.begin();
        self.text.push_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        self
    }

    pub(super) fn time(mut self, time: DateTime<Utc>) -> Self {
        self.begin();
        self.text.push_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true));
        self
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.begin();
        let mut rest = text;
        while let Some(at) = rest.find(['\\', '\n', '\r', '\t']) {
            let (plain, special) = rest.split_at(at);
            self.text.push_str(plain);
            self.text.push_str(match special.as_bytes()[0] {
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                _ => "\\t",
            });
            rest = &special[1..];
        }
        self.text.push_str(rest);
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.begin();
        self.text.push_str("\\\\x");
        push_hex(self.text, bytes);
        self
    }

    pub(super) fn null(mut self) -> Self {
        self.begin();
        self.text.push_str("\\N");
        self
    }

    pub(super) fn end(self) {
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_fields_and_rows_is_escaped() {
        let mut rows = Rows::default();
        rows.row().text("a\\n\tb\n\rя").null().bytes(&[0, 255]).number(-7).end();
        assert_eq!(rows.take(), "a\\\\n\\tb\\n\\rя\t\\N\t\\\\x00ff\t-7\n");
        assert_eq!(rows.len(), 0);
    }
}
