//! New rows by COPY: the fastest way into a table.

use sqlx::PgConnection;

use super::{cells, fault::Fault, table::Table};

/// Copies rows, each a JSON object, into the table. None of them may be there.
pub(super) async fn copy_in(
    connection: &mut PgConnection,
    table: &Table,
    rows: &[String],
) -> Result<(), Fault> {
    let mut lines = String::with_capacity(rows.iter().map(String::len).sum());
    for row in rows {
        write_line(&mut lines, table, row).map_err(|error| table.misfit(&error))?;
    }
    let mut copy = connection.copy_in_raw(&table.copy_sql).await?;
    copy.send(lines.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// One line: the columns separated by tabs, `\N` for null.
fn write_line(lines: &mut String, table: &Table, row: &str) -> Result<(), serde_json::Error> {
    for (index, text) in cells::texts(row, &table.columns)?.enumerate() {
        if index > 0 {
            lines.push('\t');
        }
        match text? {
            None => lines.push_str("\\N"),
            Some(text) => escape(lines, &text),
        }
    }
    lines.push('\n');
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_gives_a_meaning_to_is_escaped() {
        let mut line = String::new();
        escape(&mut line, "tab\tline\n\\N \"q\"\r");
        assert_eq!(line, "tab\\tline\\n\\\\N \"q\"\\r");
    }
}
