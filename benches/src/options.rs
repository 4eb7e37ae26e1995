//! What to measure, as the command line says it.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Measured when no section is named.
const USUAL: [&str; 10] =
    ["append", "graphql", "latency", "load", "import", "size", "read", "verify", "export", "rebuild"];
/// Measured only by name: each takes minutes and gigabytes.
const BY_NAME: [&str; 4] = ["migrate", "scale", "archive", "peers"];
/// How long one measurement runs.
const ROUND: Duration = Duration::from_secs(5);

/// What was asked for.
pub(crate) struct Options {
    named: Vec<String>,
    /// How long one measurement runs.
    pub(crate) round: Duration,
    /// Whether `scale` goes on to ten million events.
    pub(crate) ten_million: bool,
    is_short: bool,
}

impl Options {
    /// Reads the arguments of this process.
    pub(crate) fn read() -> Result<Self> {
        let mut options = Self { named: Vec::new(), round: ROUND, ten_million: false, is_short: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--ten-million" => options.ten_million = true,
                "--round" => {
                    let seconds = arguments.next().context("--round takes a number of seconds")?;
                    let seconds = seconds.parse().context("--round takes a whole number of seconds")?;
                    options.round = Duration::from_secs(seconds);
                    options.is_short = options.round < ROUND;
                }
                name if USUAL.contains(&name) || BY_NAME.contains(&name) => options.named.push(argument),
                _ => bail!(
                    "there are these sections: {}; by name only: {}; and --round SECONDS, --ten-million",
                    USUAL.join(", "),
                    BY_NAME.join(", ")
                ),
            }
        }
        Ok(options)
    }

    /// Whether a section is to be measured.
    pub(crate) fn wants(&self, section: &str) -> bool {
        let is_named = self.named.iter().any(|named| named == section);
        is_named || self.named.is_empty() && USUAL.contains(&section)
    }

    /// Whether one of these is to be measured.
    pub(crate) fn wants_any(&self, sections: &[&str]) -> bool {
        sections.iter().any(|section| self.wants(section))
    }

    /// The marks between which the table is kept: those of a whole run or of one section that runs by name only.
    /// Nothing else is recorded, and nothing that was measured in short rounds.
    pub(crate) fn recorded_as(&self) -> Option<&str> {
        match self.named.as_slice() {
            _ if self.is_short => None,
            [] => Some("make bench"),
            [only] if BY_NAME.contains(&only.as_str()) => Some(only),
            _ => None,
        }
    }
}
