//! What is written to the log and stays there for ever: the shape of every event.

#[cfg(test)]
mod document;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod source;

use std::path::PathBuf;

/// The folder of this crate.
fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the caller asks to write what is otherwise only checked.
fn asked_to_write(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| value == "1")
}
