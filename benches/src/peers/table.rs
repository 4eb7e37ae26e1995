//! The tables, and the medians in them.

use std::{collections::HashMap, fmt::Write as _};

use super::{
    CALLERS,
    measured::{Measured, Work},
};
use crate::report::{machine, median, number};

const OURS: &str = "Ledgerdesk";
const BASELINE: &str = "pgbench, one bare row a transaction";
/// What stands above the second kind of table.
const WAY_OUT: &str = "
The way out: everything in global order, everything into a read model (how many times that Ledgerdesk does), and
what a reader that follows was never handed while 16 callers wrote.

| | catch-up, events/s | rebuild, events/s | missed by a reader |
|---|---|---|---|
";
/// What a store does not offer.
const NOT_OFFERED: &str = "–";

/// Everything that was told, by whom.
pub(super) struct Table {
    /// In the order of the rows.
    stores: Vec<&'static str>,
    told: HashMap<&'static str, Vec<Measured>>,
    baseline: Vec<(usize, f64)>,
}

impl Table {
    pub(super) fn new(peers: impl Iterator<Item = &'static str>) -> Self {
        Self {
            stores: std::iter::once(OURS).chain(peers).collect(),
            told: HashMap::new(),
            baseline: Vec::new(),
        }
    }

    /// Rates of one round, by number of clients.
    pub(super) fn baseline(&mut self, rates: Vec<(usize, f64)>) {
        self.baseline.extend(rates);
    }

    pub(super) fn ours(&mut self, measured: Vec<Measured>) {
        self.theirs(OURS, measured);
    }

    pub(super) fn theirs(&mut self, store: &'static str, measured: Vec<Measured>) {
        for measured in &measured {
            println!("{store}: {measured:?}");
        }
        self.told.entry(store).or_default().extend(measured);
    }

    pub(super) fn to_markdown(&self) -> String {
        let mut text = format!("Measured on {}.\n", machine());
        for (work, title) in [
            (Work::New, "One event to a new stream"),
            (Work::Existing, "One event to one of many existing streams"),
        ] {
            let _ = writeln!(
                text,
                "\n{title}: commands/s (how many times that Ledgerdesk does), p50 / p99 in ms.\n"
            );
            text.push_str("| |");
            for callers in CALLERS {
                let _ = write!(text, " {callers} {} |", if callers == 1 { "caller" } else { "callers" });
            }
            let _ = writeln!(text, "\n|---|{}", "---|".repeat(CALLERS.len()));
            for store in &self.stores {
                let cells = CALLERS.map(|callers| self.append(store, work, callers));
                let _ = writeln!(text, "| {store} | {} |", cells.join(" | "));
            }
            if work == Work::New {
                let cells = CALLERS.map(|callers| self.bare_rows(callers));
                let _ = writeln!(text, "| {BASELINE} | {} |", cells.join(" | "));
            }
        }
        text.push_str(WAY_OUT);
        for store in &self.stores {
            let caught_up = self.events(store, Measured::caught_up);
            let rebuilt = self.events(store, Measured::rebuilt);
            let _ = writeln!(text, "| {store} | {caught_up} | {rebuilt} | {} |", self.missed(store));
        }
        text
    }

    fn told(&self, store: &str) -> &[Measured] {
        self.told.get(store).map_or(&[], Vec::as_slice)
    }

    /// The middle rate, p50, p99 and number of repeats of the rounds.
    fn middle(&self, store: &str, wanted: Work, wanted_callers: usize) -> Option<[f64; 4]> {
        let rounds: Vec<[f64; 4]> = self
            .told(store)
            .iter()
            .filter_map(|measured| match measured {
                Measured::Append { work, callers, rate, p50_ms, p99_ms, repeats }
                    if *work == wanted && *callers == wanted_callers =>
                {
                    Some([*rate, *p50_ms, *p99_ms, *repeats])
                }
                _ => None,
            })
            .collect();
        let middle =
            |column: usize| median(rounds.iter().filter_map(|round| round.get(column).copied()).collect());
        (!rounds.is_empty()).then(|| [0, 1, 2, 3].map(middle))
    }

    fn append(&self, store: &str, work: Work, callers: usize) -> String {
        let Some([rate, p50, p99, repeats]) = self.middle(store, work, callers) else {
            return NOT_OFFERED.to_owned();
        };
        let mut cell = format!("{}/s", number(rate));
        if store != OURS
            && let Some([ours, ..]) = self.middle(OURS, work, callers)
        {
            let _ = write!(cell, " ({:.2} ×)", rate / ours);
        }
        let _ = write!(cell, ", {p50:.1} / {p99:.1}");
        // A tenth of the commands is where it starts to be felt.
        if repeats >= 0.1 {
            let _ = write!(cell, ", {repeats:.1} repeats each");
        }
        cell
    }

    fn bare_rows(&self, wanted: usize) -> String {
        let rates: Vec<f64> =
            self.baseline.iter().filter(|(clients, _)| *clients == wanted).map(|(_, rate)| *rate).collect();
        if rates.is_empty() {
            return NOT_OFFERED.to_owned();
        }
        let rate = median(rates);
        let ratio = self.middle(OURS, Work::New, wanted).map_or(f64::NAN, |[ours, ..]| rate / ours);
        format!("{}/s ({ratio:.2} ×)", number(rate))
    }

    fn events(&self, store: &str, rate: impl Fn(&Measured) -> Option<f64> + Copy) -> String {
        let find = |store: &str| self.told(store).iter().find_map(rate);
        match (find(store), find(OURS)) {
            (Some(theirs), Some(ours)) if store != OURS => {
                format!("{}/s ({:.3} ×)", number(theirs), theirs / ours)
            }
            (Some(rate), _) => format!("{}/s", number(rate)),
            (None, _) => NOT_OFFERED.to_owned(),
        }
    }

    fn missed(&self, store: &str) -> String {
        self.told(store)
            .iter()
            .find_map(|measured| match measured {
                Measured::Tail { committed, missed } => {
                    Some(format!("{} of {}", count(*missed), count(*committed)))
                }
                _ => None,
            })
            .unwrap_or_else(|| NOT_OFFERED.to_owned())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn count(things: u64) -> String {
    number(things as f64)
}
