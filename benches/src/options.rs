//! What to measure, as the command line says it.

use std::time::Duration;

use clap::Parser;

/// Measured when no section is named.
const USUAL: [&str; 11] = [
    "append", "graphql", "latency", "fanout", "load", "import", "size", "read", "verify", "export", "rebuild",
];
/// Measured only by name: each takes minutes and gigabytes.
const BY_NAME: [&str; 8] = ["migrate", "lists", "analytics", "past", "shapes", "scale", "archive", "peers"];
/// Seconds that one measurement runs.
const ROUND: u64 = 5;

/// What was asked for.
#[derive(Parser)]
#[command(
    name = "ledgerdesk-bench",
    about = "Measures what Ledgerdesk costs, beside what the same PostgreSQL does on its own",
    after_help = "A run without sections measures the usual ones and records them in docs/benchmarks.md. \
                  `migrate`, `lists`, `analytics`, `past`, `shapes`, `scale`, `archive` and `peers` run by name only, \
                  and each records itself when it runs alone."
)]
pub(crate) struct Options {
    /// What to measure; the usual sections when none is named
    #[arg(value_name = "SECTION", value_parser = sections())]
    named: Vec<String>,
    /// How long one measurement runs; with less than the usual, nothing is recorded
    #[arg(long = "round", value_name = "SECONDS", default_value_t = ROUND, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    round: u64,
    /// Let `scale` and `archive` go on to ten million events
    #[arg(long)]
    pub(crate) ten_million: bool,
    /// Let `fanout` go on for an hour
    #[arg(long)]
    pub(crate) soak: bool,
}

fn sections() -> clap::builder::PossibleValuesParser {
    USUAL.into_iter().chain(BY_NAME).collect::<Vec<_>>().into()
}

impl Options {
    /// How long one measurement runs.
    pub(crate) const fn round(&self) -> Duration {
        Duration::from_secs(self.round)
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
            _ if self.round < ROUND => None,
            [] => Some("make bench"),
            [only] if BY_NAME.contains(&only.as_str()) => Some(only),
            _ => None,
        }
    }
}
