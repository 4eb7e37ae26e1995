//! Opens a file, compressed or not, by what it begins with.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
};

use flate2::bufread::MultiGzDecoder;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The text of a file, and whether it was compressed.
pub(super) fn open(file: File) -> io::Result<(Box<dyn Read + Send>, bool)> {
    let mut reader = BufReader::with_capacity(128 * 1024, file);
    if reader.fill_buf()?.starts_with(&MAGIC) {
        return Ok((Box::new(MultiGzDecoder::new(reader)), true));
    }
    Ok((Box::new(reader), false))
}
