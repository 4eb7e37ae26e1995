//! A file that appears under its name when it is whole.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

/// A name in use until the file is whole. Dropped unfinished, it leaves nothing.
pub(super) struct Part {
    path: PathBuf,
    whole: PathBuf,
    renamed: bool,
}

impl Part {
    /// A name beside `path`, with nothing under it.
    pub(super) fn beside(path: &Path, suffix: &str) -> io::Result<Self> {
        let mut name = path.file_name().map(OsString::from).unwrap_or_default();
        name.push(suffix);
        let beside = path.with_file_name(name);
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { path: beside, whole: path.to_owned(), renamed: false }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lets the file appear under its name.
    pub(super) fn finish(mut self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        fs::rename(&self.path, &self.whole)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A text on its way into a file; compressed if the file's name ends in `.gz`.
pub(super) struct Text {
    out: Out,
    part: Part,
}

enum Out {
    Plain(BufWriter<File>),
    // Without a time in its header, so that the same text gives the same bytes.
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Text {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let part = Part::beside(path, ".part")?;
        let file = BufWriter::with_capacity(1 << 16, File::create(part.path())?);
        let is_gzip = path.extension().is_some_and(|extension| extension == "gz");
        let out = if is_gzip {
            Out::Gzip(Box::new(GzEncoder::new(file, Compression::fast())))
        } else {
            Out::Plain(file)
        };
        Ok(Self { out, part })
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self.out {
            Out::Plain(mut out) => out.flush()?,
            Out::Gzip(out) => out.finish()?.flush()?,
        }
        self.part.finish()
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Plain(out) => out.write(bytes),
            Out::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Plain(out) => out.flush(),
            Out::Gzip(out) => out.flush(),
        }
    }
}
