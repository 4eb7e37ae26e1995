//! What is told about one measurement: by our own code, or by a peer's program as one JSON document.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Where a command writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// To a stream that does not exist yet.
    New,
    /// To one of many that do.
    Existing,
}

/// One measurement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Measured {
    /// Commands of one event.
    Append {
        work: Work,
        callers: usize,
        /// Commands per second.
        rate: f64,
        p50_ms: f64,
        p99_ms: f64,
        /// How many attempts a command took beyond its first, on average.
        repeats: f64,
    },
    /// Every event in global order, in events per second.
    CatchUp(f64),
    /// Every event into a table, in events per second.
    Rebuild(f64),
    /// What a reader was handed while others wrote.
    Tail { committed: u64, missed: u64 },
}

impl Measured {
    /// The rate of a catch-up.
    pub(super) fn caught_up(&self) -> Option<f64> {
        if let Self::CatchUp(rate) = self { Some(*rate) } else { None }
    }

    /// The rate of a rebuild.
    pub(super) fn rebuilt(&self) -> Option<f64> {
        if let Self::Rebuild(rate) = self { Some(*rate) } else { None }
    }

    /// From the line of a program.
    pub(super) fn parse(line: &str) -> Result<Self> {
        let document: Value = serde_json::from_str(line).context("not a JSON document")?;
        let number = |field: &str| document[field].as_f64().with_context(|| format!("no number {field}"));
        let whole = |field: &str| document[field].as_u64().with_context(|| format!("no count {field}"));
        Ok(match document["measurement"].as_str() {
            Some("append") => {
                let commands = number("commands")?;
                Self::Append {
                    work: match document["work"].as_str() {
                        Some("new") => Work::New,
                        Some("existing") => Work::Existing,
                        other => bail!("no such work: {other:?}"),
                    },
                    callers: usize::try_from(whole("callers")?)?,
                    rate: commands / number("seconds")?,
                    p50_ms: number("p50_ms")?,
                    p99_ms: number("p99_ms")?,
                    repeats: number("conflicts")? / commands.max(1.0),
                }
            }
            Some("catch_up") => Self::CatchUp(number("events")? / number("seconds")?),
            Some("rebuild") => Self::Rebuild(number("events")? / number("seconds")?),
            Some("tail") => Self::Tail { committed: whole("committed")?, missed: whole("missed")? },
            other => bail!("no such measurement: {other:?}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_program_is_read() {
        let line = r#"{"measurement": "append", "work": "new", "callers": 16, "commands": 300, "seconds": 2.0,
            "p50_ms": 1.5, "p99_ms": 4.0, "conflicts": 30}"#;
        let expected = Measured::Append {
            work: Work::New,
            callers: 16,
            rate: 150.0,
            p50_ms: 1.5,
            p99_ms: 4.0,
            repeats: 0.1,
        };
        assert_eq!(Measured::parse(line).unwrap(), expected);
        let line = r#"{"measurement":"tail","committed":10,"missed":1}"#;
        assert_eq!(Measured::parse(line).unwrap(), Measured::Tail { committed: 10, missed: 1 });
    }

    #[test]
    fn a_line_without_its_figures_is_refused() {
        assert!(Measured::parse(r#"{"measurement":"tail","committed":10}"#).is_err());
        assert!(Measured::parse("ready").is_err());
    }
}
