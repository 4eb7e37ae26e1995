//! The rows of each consultation, in the order in which they happened.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    bind::Rows,
    mapping::{Field, Mapping},
    report::Reported,
};

/// A row that has a place in a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// The symbol of its case. Cases are in the order in which the source first names them.
    case: u32,
    /// When it happened.
    pub(super) time: DateTime<Utc>,
    /// Its place in the source, from 0: it breaks ties.
    pub(super) index: u32,
}

/// All cases of a source, each in order of time, ties in the order of the source.
#[derive(Debug)]
pub(super) struct Cases {
    rows: Vec<Row>,
    /// Where each case begins in `rows`; one more at the end.
    starts: Vec<usize>,
}

impl Cases {
    /// Groups and sorts the rows; those without a case or a time are reported.
    pub(super) fn group(mapping: &Mapping, rows: &Rows, reported: &mut Vec<Reported>) -> Self {
        let (Some(cases), Some(times)) = (rows.column(Field::Case), rows.column(Field::Time)) else {
            // Both are required keys of a mapping and were found in the source.
            return Self { rows: Vec::new(), starts: vec![0] };
        };
        let instants: Vec<_> = times.texts.iter().map(|text| mapping.time.read(text)).collect();
        let mut kept = Vec::with_capacity(rows.count as usize);
        for index in 0..rows.count {
            let case = cases.symbol(index);
            let Some(text) = cases.text_of(case) else {
                reported.push(Reported::row(index, "", "missing_case", "the row names no case"));
                continue;
            };
            match (times.text(index), instants.get(times.symbol(index) as usize)) {
                (Some(_), Some(Ok(time))) => kept.push(Row { case, time: *time, index }),
                (Some(time), Some(Err(bad))) => {
                    reported.push(Reported::row(index, text, bad.code(), bad.reason(time)));
                }
                _ => reported.push(Reported::row(index, text, "missing_time", "the row has no time")),
            }
        }
        kept.sort_unstable();
        let mut starts: Vec<usize> = (0..kept.len())
            .filter(|place| *place == 0 || kept[*place].case != kept[*place - 1].case)
            .collect();
        starts.push(kept.len());
        Self { rows: kept, starts }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// All rows that have a place in one.
    pub(super) fn all(&self) -> &[Row] {
        &self.rows
    }

    /// The rows of a case; never empty.
    pub(super) fn get(&self, case: usize) -> &[Row] {
        match (self.starts.get(case), self.starts.get(case + 1)) {
            (Some(start), Some(end)) => self.rows.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// SHA-256 over what the mapping reads of a case's rows: it shows whether they changed since an import.
pub(super) fn digest(rows: &Rows, case: &[Row]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut line = Vec::with_capacity(512);
    for row in case {
        line.clear();
        for (key, text) in rows.cells(row.index) {
            for part in [key, text] {
                line.extend_from_slice(&(part.len() as u64).to_le_bytes());
                line.extend_from_slice(part.as_bytes());
            }
        }
        hash.update((line.len() as u64).to_le_bytes());
        hash.update(&line);
    }
    hash.finalize().into()
}
