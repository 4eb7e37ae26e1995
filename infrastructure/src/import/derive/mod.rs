//! From the rows of a case to the events of a consultation, through the rules of the domain.
//!
//! - `lookup`, `meaning`: what the texts of the source mean, worked out once.
//! - `story`: a consultation that is being told, row by row: asks the rules and keeps what they answer.
//! - `opening`, `tracked`, `step`, `routing`, `parts`: what a row says, as commands.
//!
//! The rules are not bent: what they refuse, and what changes nothing here, becomes a `FactImported`.

mod lookup;
mod meaning;
mod opening;
mod parts;
mod routing;
mod step;
mod story;
mod tracked;

use std::collections::BTreeMap;

pub(super) use meaning::Meaning;
pub(super) use story::{Happened, Story};

use super::{
    case::Row,
    mapping::{ChangeRule, Step, When},
    report::Reported,
};

/// A case as a consultation.
#[derive(Debug)]
pub(super) struct Told {
    /// What happened, in order.
    pub(super) events: Vec<Happened>,
    /// What it adds to the summary.
    pub(super) tally: Tally,
}

/// What a case adds to the summary.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// The events, by type.
    pub(super) events: BTreeMap<&'static str, u64>,
    /// The facts among them, by code.
    pub(super) facts: BTreeMap<String, u64>,
    /// The rows that became nothing.
    pub(super) reported: Vec<Reported>,
}

/// Tells a case. If it cannot even be opened, every row is reported.
pub(super) fn tell(meaning: &Meaning<'_>, case: &str, rows: &[Row]) -> Told {
    let mut story = Story::new(meaning, case);
    let Some(first) = rows.first() else { return story.finish() };
    if let Err((code, reason)) = story.open(first) {
        let report =
            |row: &Row| Reported::row(row.index, case, code, format!("the case cannot be opened: {reason}"));
        story.tally.reported.extend(rows.iter().map(report));
        return story.finish();
    }
    let mut before = None;
    for row in rows {
        story.tell_row(row, before);
        before = Some(row);
    }
    story.finish()
}

impl Story<'_> {
    /// Tells one row: what changed in the tracked columns, then the change rules, then the activity.
    fn tell_row(&mut self, row: &Row, before: Option<&Row>) {
        self.begin_row(row, before.is_none());
        let steps: &[Step] = self.meaning.steps(row.index).unwrap_or(&[Step::Fact]);
        self.reopen_for(steps);
        if let Some(before) = before {
            self.track(before);
        }
        for (number, rule) in self.meaning.mapping.changes.iter().enumerate() {
            if self.applies(rule, number, before) {
                for step in &rule.steps {
                    self.step(*step);
                }
            }
        }
        if self.meaning.steps(row.index).is_none() {
            self.refuse("unmapped_activity");
        } else {
            for step in steps {
                self.step(*step);
            }
        }
        self.end_row();
    }

    fn applies(&self, rule: &ChangeRule, number: usize, before: Option<&Row>) -> bool {
        let Some(column) = self.meaning.rows.changes.get(number) else { return false };
        let row = self.row.index;
        let now = column.symbol(row);
        if before.is_some_and(|before| column.symbol(before.index) == now) {
            return false;
        }
        let activity = self.meaning.activity(row);
        if rule.unless.iter().any(|unless| unless == activity) {
            return false;
        }
        let number = |index: u32| column.text(index).and_then(|text| text.parse::<i64>().ok());
        match &rule.when {
            When::Changes => before.is_some() || column.text(row).is_some(),
            When::Rises => number(row) > before.map_or(Some(0), |before| number(before.index)),
            When::Becomes(texts) => {
                column.text(row).is_some_and(|text| texts.iter().any(|becomes| becomes == text))
            }
        }
    }
}

#[cfg(test)]
mod tests;
