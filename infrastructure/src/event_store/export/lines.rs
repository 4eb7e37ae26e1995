//! The lines of an export, as they lie in a file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::ExportError;

/// The longest line: no event is longer than a batch may be, by far.
const MAX_LINE: u64 = 64 << 20;

/// What reading on came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A line.
    Line,
    /// The end.
    End,
    /// The middle of a line, or of the compressed bytes.
    Broken,
}

/// The lines of a file, compressed or not, by what it begins with.
pub(super) struct Lines {
    reader: Box<dyn BufRead + Send>,
    path: PathBuf,
    /// The line that was read last, with its end.
    pub(super) line: Vec<u8>,
    /// The number of the line, from 1.
    pub(super) number: u64,
    /// The number of the last line that was whole.
    pub(super) whole: u64,
    /// Over every line that was read.
    pub(super) digest: Sha256,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self, ExportError> {
        let opened = || -> io::Result<Box<dyn BufRead + Send>> {
            let mut file = BufReader::with_capacity(1 << 17, File::open(path)?);
            if file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
                return Ok(Box::new(BufReader::with_capacity(1 << 17, MultiGzDecoder::new(file))));
            }
            Ok(Box::new(file))
        };
        let reader = opened().map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
        let (path, digest) = (path.to_owned(), Sha256::new());
        Ok(Self { reader, path, line: Vec::new(), number: 0, whole: 0, digest })
    }

    /// Reads on.
    pub(super) fn next(&mut self) -> Result<Next, ExportError> {
        self.line.clear();
        match self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.line) {
            Ok(0) => return Ok(Next::End),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Next::Broken),
            Err(source) => return Err(ExportError::Io { path: self.path.clone(), source }),
        }
        self.digest.update(&self.line);
        self.number += 1;
        if self.line.ends_with(b"\n") {
            self.whole = self.number;
        } else if serde_json::from_slice::<serde::de::IgnoredAny>(&self.line).is_err() {
            return Ok(Next::Broken);
        }
        Ok(Next::Line)
    }
}
