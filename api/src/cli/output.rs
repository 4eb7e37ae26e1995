//! What a command was asked for, on standard output.

use std::io::{self, Write as _};

/// Writes a line. Fails when nobody reads any more, instead of panicking as `println!` does.
pub(super) fn line(text: impl AsRef<str>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.as_ref())?;
    out.flush()
}
