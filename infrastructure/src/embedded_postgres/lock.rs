//! One owner per data directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use super::EmbeddedError;

/// The data directory is ours for as long as this lives. The system gives it back when the process ends,
/// however it ends, so that there is no stale lock.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Lock {
    /// The lock, or else a description of the process that holds it.
    pub(super) fn acquire(data_dir: &Path) -> Result<Result<Self, String>, EmbeddedError> {
        let path = data_dir.join("lock");
        let failed = |action| EmbeddedError::io(action, &path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed("could not open the lock file"))?;
        match file.try_lock() {
            Ok(()) => {
                let written = file
                    .set_len(0)
                    .and_then(|()| file.rewind())
                    .and_then(|()| writeln!(file, "{}", describe_this_process()));
                written.map_err(failed("could not write the lock file"))?;
                Ok(Ok(Self(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // A description, nothing more: the lock itself has answered.
                let _ = file.read_to_string(&mut owner);
                let owner = owner.trim();
                Ok(Err(if owner.is_empty() { "another process".to_owned() } else { owner.to_owned() }))
            }
            Err(TryLockError::Error(source)) => {
                Err(EmbeddedError::Io { action: "could not lock", path, source })
            }
        }
    }
}

/// `process 4711 (ledgerdesk serve)`: the program and the first word after it, never a value of a flag.
fn describe_this_process() -> String {
    let mut arguments = std::env::args_os();
    let program = arguments.next().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let command = arguments.next().map(|word| word.to_string_lossy().into_owned());
    let command = command.filter(|word| !word.starts_with('-')).unwrap_or_default();
    format!("process {} ({})", std::process::id(), format!("{name} {command}").trim())
}
