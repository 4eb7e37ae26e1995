//! Comma-separated values, UTF-8, with a header.

use std::{collections::HashMap, io::BufRead};

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::{ColumnBuilder, Context, ImportError, Table, Wanted};

/// Reads a CSV to its end.
pub(super) fn read(
    reader: impl BufRead,
    wanted: &Wanted,
    context: &Context<'_>,
) -> Result<Table, ImportError> {
    let mut reader = ReaderBuilder::new().delimiter(wanted.delimiter).from_reader(reader);
    let header = reader.headers().map_err(|error| failure(error, 0, context))?.clone();
    let available: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let mut columns = wanted_columns(&available, wanted)?;

    let mut rows = 0;
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| failure(error, rows + 1, context))? {
        rows += 1;
        for (index, column) in &mut columns {
            let text = record.get(*index).unwrap_or_default().trim();
            let known = !wanted.missing.iter().any(|missing| missing == text);
            let symbol = column.intern(if known { text } else { "" });
            column.push(symbol);
        }
        context.count(rows)?;
    }
    let columns = columns.into_iter().map(|(_, column)| column.finish()).collect();
    Ok(Table { rows, columns, available })
}

/// The wanted columns with their places in a record.
fn wanted_columns(available: &[String], wanted: &Wanted) -> Result<Vec<(usize, ColumnBuilder)>, ImportError> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut columns = Vec::new();
    for (index, name) in available.iter().enumerate().filter(|(_, name)| wanted.columns.contains(*name)) {
        if places.insert(name, index).is_some() {
            return Err(ImportError::AmbiguousColumn { column: name.clone() });
        }
        columns.push((index, ColumnBuilder::new(name)));
    }
    Ok(columns)
}

fn failure(error: csv::Error, row: u32, context: &Context<'_>) -> ImportError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(error) => context.io(error, row),
        ErrorKind::Utf8 { .. } => ImportError::NotUtf8 { row },
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            ImportError::BadCsv { row, line, reason: format!("it has {len} cells instead of {expected_len}") }
        }
        other => ImportError::BadCsv { row, line, reason: format!("{other:?}") },
    }
}
