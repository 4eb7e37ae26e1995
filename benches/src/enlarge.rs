//! A real log made larger: the same histories again and again, each time of other consultations and other clients.

use std::{collections::HashSet, fs::File, io::BufWriter, path::Path};

use anyhow::{Context as _, Result};
use csv::{ByteRecord, Reader, Writer};
use flate2::read::MultiGzDecoder;

/// The column that names the case.
const CASE: &str = "number";
/// The column that names the client.
const CLIENT: &str = "caller_id";
/// What stands where the source does not know something.
const MISSING: &[u8] = b"?";

/// Writes so many consultations with all their rows; how many rows that are.
pub(crate) fn enlarge(source: &Path, target: &Path, consultations: usize) -> Result<usize> {
    let mut writer = Writer::from_writer(BufWriter::new(File::create(target)?));
    let (mut rows, mut left, mut copy) = (0, consultations, 0);
    while left > 0 {
        copy += 1;
        let mut reader = Reader::from_reader(MultiGzDecoder::new(File::open(source)?));
        let header = reader.byte_headers()?.clone();
        let place = |name: &str| header.iter().position(|column| column == name.as_bytes());
        let case = place(CASE).context("the log has no column for the case")?;
        let client = place(CLIENT).context("the log has no column for the client")?;
        if copy == 1 {
            writer.write_byte_record(&header)?;
        }
        let mut cases: HashSet<Vec<u8>> = HashSet::new();
        let mut row = ByteRecord::new();
        while reader.read_byte_record(&mut row)? {
            if !cases.contains(&row[case]) {
                if cases.len() == left {
                    continue;
                }
                cases.insert(row[case].to_vec());
            }
            let suffix = format!("-{copy}");
            let renamed = row.iter().enumerate().map(|(column, value)| {
                let is_name = column == case || column == client && value != MISSING;
                if is_name { [value, suffix.as_bytes()].concat() } else { value.to_vec() }
            });
            writer.write_record(renamed)?;
            rows += 1;
        }
        left -= cases.len();
    }
    writer.flush()?;
    Ok(rows)
}
