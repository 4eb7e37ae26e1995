//! Reading the log of another system, to its end, before anything is written.

mod column;
mod csv;
mod gzip;
mod xes;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

pub(super) use column::{Column, ColumnBuilder, MISSING};

use super::{ImportError, Progress};

/// Most rows of one import: their numbers fit everywhere, and the table stays in memory.
pub(super) const MAX_ROWS: u32 = 20_000_000;

/// Rows between two reports of progress.
const PROGRESS_STEP: u32 = 2_048;

/// What to read from a source.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The columns to keep; others are only noticed.
    pub(super) columns: BTreeSet<String>,
    /// What separates the cells of a CSV.
    pub(super) delimiter: u8,
    /// Texts that stand for "not known", besides the empty one.
    pub(super) missing: Vec<String>,
}

/// The kept columns of a source.
#[derive(Debug)]
pub(super) struct Table {
    /// How many rows. Row numbers are 1 to this; a CSV's header is no row.
    pub(super) rows: u32,
    /// The columns that were wanted and found.
    pub(super) columns: Vec<Column>,
    /// All columns that the source has, for messages.
    pub(super) available: Vec<String>,
}

/// Reads a source, whatever of the known formats it is.
pub(super) fn read(path: &Path, wanted: &Wanted, progress: &dyn Progress) -> Result<Table, ImportError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    let (reader, compressed) = gzip::open(file).map_err(|source| unreadable(path, source))?;
    let context = Context { path, compressed, progress };
    read_from(reader, wanted, &context).map_err(|error| context.blame(error))
}

fn read_from(
    reader: Box<dyn Read + Send>,
    wanted: &Wanted,
    context: &Context<'_>,
) -> Result<Table, ImportError> {
    let mut reader = BufReader::with_capacity(256 * 1024, reader);
    let start = reader.fill_buf().map_err(|error| context.io(error, 1))?;
    let bom = usize::from(start.starts_with(b"\xEF\xBB\xBF")) * 3;
    let is_xml = start[bom..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    reader.consume(bom);
    let table =
        if is_xml { xes::read(reader, wanted, context)? } else { csv::read(reader, wanted, context)? };
    context.progress.advance(u64::from(table.rows % PROGRESS_STEP));
    Ok(table)
}

fn unreadable(path: &Path, source: std::io::Error) -> ImportError {
    ImportError::Unreadable { path: path.to_owned(), source }
}

/// What the readers need for errors and progress.
struct Context<'a> {
    path: &'a Path,
    compressed: bool,
    progress: &'a dyn Progress,
}

impl Context<'_> {
    /// The error that a failed read in `row` stands for.
    fn io(&self, error: std::io::Error, row: u32) -> ImportError {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof if self.compressed => ImportError::TruncatedGzip { row },
            std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData if self.compressed => {
                ImportError::CorruptGzip { row, reason: error.to_string() }
            }
            _ => unreadable(self.path, error),
        }
    }

    /// A damaged gzip may decode to nonsense before its checksum shows it: then it is to blame, not its content.
    fn blame(&self, error: ImportError) -> ImportError {
        let (ImportError::BadCsv { row, .. }
        | ImportError::BadXml { row, .. }
        | ImportError::NotUtf8 { row }) = &error
        else {
            return error;
        };
        let checked = File::open(self.path).and_then(gzip::open);
        let checked = checked.and_then(|(mut reader, _)| std::io::copy(&mut reader, &mut std::io::sink()));
        match checked {
            Err(damage) if self.compressed => self.io(damage, *row),
            _ => error,
        }
    }

    /// Counts a row that was read.
    fn count(&self, rows: u32) -> Result<(), ImportError> {
        if rows > MAX_ROWS {
            return Err(ImportError::TooManyRows { max: MAX_ROWS });
        }
        if rows.is_multiple_of(PROGRESS_STEP) {
            self.progress.advance(u64::from(PROGRESS_STEP));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
