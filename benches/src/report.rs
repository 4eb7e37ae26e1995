//! The table.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

/// The rows so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    measured: String,
    beside: String,
    expected: String,
}

impl Report {
    /// Adds a row and prints it at once: the whole run takes minutes.
    pub(crate) fn row(&mut self, what: &str, measured: String, beside: String, expected: &str) {
        println!("{what}: {measured} {beside}");
        self.rows.push(Row { what: what.to_owned(), measured, beside, expected: expected.to_owned() });
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!("Measured on {}.\n\n", machine());
        text.push_str("| what | measured | beside it, same run | aim |\n|---|---|---|---|\n");
        for Row { what, measured, beside, expected } in &self.rows {
            let _ = writeln!(text, "| {what} | {measured} | {beside} | {expected} |");
        }
        text
    }
}

/// Puts the table between the marks of the file that have this name.
pub(crate) fn write(file: &Path, name: &str, table: &str) -> Result<()> {
    const END: &str = "<!-- end -->";
    let begin = format!("<!-- begin: written by {name} -->");
    let text = fs::read_to_string(file)?;
    let (before, rest) = text.split_once(&begin).context("the file has no mark to begin at")?;
    let (_, after) = rest.split_once(END).context("the file has no mark to end at")?;
    fs::write(file, format!("{before}{begin}\n{table}{END}{after}"))?;
    Ok(())
}

/// Says on standard error what is going on: some of it takes minutes.
pub(crate) fn progress(what: &str) {
    eprintln!("… {what}");
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A whole number with its thousands apart.
pub(crate) fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Where it was measured.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            text.lines().find_map(|line| {
                line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned())
            })
        })
        .unwrap_or_else(|| "an unknown processor".to_owned());
    let output = |program: &str, argument: &str| {
        Command::new(program)
            .arg(argument)
            .output()
            .ok()
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
    };
    format!(
        "{cores} cores of {model}, client and server on the same machine, {}",
        output("rustc", "--version")
    )
}
