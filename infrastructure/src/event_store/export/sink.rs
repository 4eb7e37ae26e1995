//! Where an export is written: a file that appears when it is whole, or standard output.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use super::ExportError;
use crate::event_store::canonical::Hash;

/// Where to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into this file; compressed if its name ends in `.gz`.
    File(PathBuf),
    /// To standard output.
    Out,
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Out => Path::new("standard output"),
        }
    }

    pub(super) fn fault(&self, source: io::Error) -> ExportError {
        ExportError::Io { path: self.path().to_owned(), source }
    }
}

/// An open target; counts the hash of what goes through it. Dropped unfinished, it leaves nothing.
pub(super) struct Sink {
    out: Out,
    digest: Sha256,
    /// The file under its name until it is whole, and under its own.
    renaming: Option<(PathBuf, PathBuf)>,
}

enum Out {
    Plain(Box<dyn Write + Send>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    File(BufWriter<File>),
}

impl Sink {
    pub(super) fn open(target: &Target) -> io::Result<Self> {
        let (out, renaming) = match target {
            Target::Out => (Out::Plain(Box::new(io::stdout())), None),
            Target::File(path) => {
                let mut name = path.file_name().map(OsString::from).unwrap_or_default();
                name.push(".part");
                let part = path.with_file_name(name);
                let file = BufWriter::with_capacity(1 << 16, File::create(&part)?);
                let is_gzip = path.extension().is_some_and(|extension| extension == "gz");
                let out = if is_gzip {
                    Out::Gzip(Box::new(GzEncoder::new(file, Compression::fast())))
                } else {
                    Out::File(file)
                };
                (out, Some((part, path.clone())))
            }
        };
        Ok(Self { out, digest: Sha256::new(), renaming })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        match &mut self.out {
            Out::Plain(out) => out.write_all(bytes),
            Out::Gzip(out) => out.write_all(bytes),
            Out::File(out) => out.write_all(bytes),
        }
    }

    /// The hash over what was written so far.
    pub(super) fn digest(&self) -> Hash {
        self.digest.clone().finalize().into()
    }

    /// Writes what is left, and lets the file appear under its name.
    pub(super) fn finish(mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Plain(out) => out.flush()?,
            Out::Gzip(out) => {
                out.try_finish()?;
                let file = out.get_mut();
                file.flush()?;
                file.get_ref().sync_all()?;
            }
            Out::File(out) => {
                out.flush()?;
                out.get_ref().sync_all()?;
            }
        }
        if let Some((part, path)) = self.renaming.take() {
            fs::rename(part, path)?;
        }
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.renaming {
            let _ = fs::remove_file(part);
        }
    }
}
