//! What a decision table may not be.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{ClockKind, SlaCondition, SlaRule, SlaTable};
use crate::{
    consultation::{Channel, Priority, Status},
    text::{self, InvalidInput, KEY_TEXT},
};

/// Most rules of a table.
const MAX_RULES: usize = 200;
/// Most values in a list of a condition.
const MAX_VALUES: usize = 200;
/// The longest target, in seconds: a year.
const MAX_TARGET: u32 = 366 * 86_400;
/// The shortest target, in seconds. A callback may also be asked for within its window.
const MIN_TARGET: u32 = 1;

/// Why a decision table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// A rule counts by a calendar that is not there.
    #[error("rule `{rule}` counts by the calendar `{calendar}`, which was never published; publish it first")]
    UnknownCalendar {
        /// The rule.
        rule: String,
        /// The calendar's key.
        calendar: String,
    },
    /// Every consultation that fits the rule fits one before it.
    #[error("rule `{rule}` can never match: whatever fits it fits a rule before it; move it up or remove it")]
    UnreachableRule {
        /// The rule.
        rule: String,
    },
    /// No rule sets a target.
    #[error("no rule sets a target, so the table decides nothing; set at least one")]
    NoTargets,
    /// Two rules have one key.
    #[error("two rules have the key `{rule}`; give each one of its own")]
    RuleTwice {
        /// The key.
        rule: String,
    },
    /// A clock cannot stand still in this status.
    #[error("rule `{rule}` pauses in {}; clocks end there, name QUEUED, IN_PROGRESS, WAITING_FOR_CLIENT or ON_HOLD", status.as_str())]
    PauseInEnd {
        /// The rule.
        rule: String,
        /// The status.
        status: Status,
    },
}

impl PolicyFault {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownCalendar { .. } => "unknown_calendar",
            Self::UnreachableRule { .. } => "unreachable_rule",
            Self::NoTargets => "no_targets",
            Self::RuleTwice { .. } => "rule_twice",
            Self::PauseInEnd { .. } => "pause_in_end",
        }
    }
}

/// Why a table cannot be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    Input(InvalidInput),
    Policy(PolicyFault),
}

impl From<InvalidInput> for Unfit {
    fn from(input: InvalidInput) -> Self {
        Self::Input(input)
    }
}

impl From<PolicyFault> for Unfit {
    fn from(fault: PolicyFault) -> Self {
        Self::Policy(fault)
    }
}

/// The rules with their lists in order, if they can be a table.
pub(crate) fn checked(
    effective_from: DateTime<Utc>,
    mut rules: Vec<SlaRule>,
    is_calendar: impl Fn(&str) -> bool,
) -> Result<SlaTable, Unfit> {
    text::check_time("effective_from", effective_from)?;
    if rules.is_empty() {
        return Err(InvalidInput::empty("rules").into());
    }
    text::check_count("rules", rules.len(), MAX_RULES)?;
    let mut keys = BTreeSet::new();
    for rule in &mut rules {
        check_rule(rule)?;
        if !keys.insert(rule.key.clone()) {
            return Err(PolicyFault::RuleTwice { rule: rule.key.clone() }.into());
        }
        if let Some(calendar) = rule.calendar.as_ref().filter(|calendar| !is_calendar(calendar)) {
            let (rule, calendar) = (rule.key.clone(), calendar.clone());
            return Err(PolicyFault::UnknownCalendar { rule, calendar }.into());
        }
    }
    if rules.iter().all(|rule| ClockKind::ALL.into_iter().all(|kind| rule.targets.of(kind).is_none())) {
        return Err(PolicyFault::NoTargets.into());
    }
    for (place, rule) in rules.iter().enumerate() {
        if is_covered(&rule.when, &rules[..place]) {
            return Err(PolicyFault::UnreachableRule { rule: rule.key.clone() }.into());
        }
    }
    Ok(SlaTable { version: 0, effective_from, rules })
}

fn check_rule(rule: &mut SlaRule) -> Result<(), Unfit> {
    rule.key = text::label("rules", &rule.key, KEY_TEXT)?;
    rule.calendar = text::optional_label("rules", rule.calendar.as_deref(), KEY_TEXT)?;
    for kind in ClockKind::ALL {
        let least = if kind == ClockKind::Callback { 0 } else { MIN_TARGET };
        if rule.targets.of(kind).is_some_and(|seconds| !(least..=MAX_TARGET).contains(&seconds)) {
            let expected = "targets from 1 second, a callback from 0, to 31622400 seconds, a year";
            return Err(InvalidInput::out_of_range("rules", expected).into());
        }
    }
    if rule.warn_percent.is_some_and(|percent| !(1..=99).contains(&percent)) {
        return Err(InvalidInput::out_of_range("rules", "a warning at 1 to 99 percent").into());
    }
    if let Some(status) = rule.pause_in.iter().find(|status| !status.is_open()) {
        return Err(PolicyFault::PauseInEnd { rule: rule.key.clone(), status: *status }.into());
    }
    in_order(&mut rule.pause_in)?;
    let when = &mut rule.when;
    in_order(&mut when.priorities)?;
    in_order(&mut when.channels)?;
    in_order(&mut when.clients)?;
    for topic in &when.topics {
        text::check_required("rules", &topic.catalog, KEY_TEXT)?;
        text::check_required("rules", &topic.key, KEY_TEXT)?;
    }
    in_order(&mut when.topics)?;
    when.tags = text::keys("rules", &when.tags, MAX_VALUES)?;
    Ok(())
}

fn in_order<T: Ord>(values: &mut Vec<T>) -> Result<(), InvalidInput> {
    text::check_count("rules", values.len(), MAX_VALUES)?;
    values.sort_unstable();
    values.dedup();
    Ok(())
}

/// Whether whatever fits the condition fits one of the rules before: for each urgency and channel that it takes,
/// there is one that takes it, too, and asks for no more besides.
fn is_covered(when: &SlaCondition, before: &[SlaRule]) -> bool {
    let takes = |condition: &SlaCondition, priority: Priority, channel: Channel| {
        (condition.priorities.is_empty() || condition.priorities.contains(&priority))
            && (condition.channels.is_empty() || condition.channels.contains(&channel))
    };
    let cells = PRIORITIES.into_iter().flat_map(|priority| CHANNELS.map(|channel| (priority, channel)));
    cells.filter(|(priority, channel)| takes(when, *priority, *channel)).all(|(priority, channel)| {
        before.iter().any(|rule| takes(&rule.when, priority, channel) && asks_no_more(&rule.when, when))
    })
}

/// Whether clients, topics and tags that fit `narrow` fit `wide`.
fn asks_no_more(wide: &SlaCondition, narrow: &SlaCondition) -> bool {
    within(&wide.clients, &narrow.clients)
        && within(&wide.topics, &narrow.topics)
        && within(&wide.tags, &narrow.tags)
}

fn within<T: PartialEq>(wide: &[T], narrow: &[T]) -> bool {
    wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|value| wide.contains(value)))
}

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
const CHANNELS: [Channel; 7] = [
    Channel::Site,
    Channel::Telegram,
    Channel::Whatsapp,
    Channel::Email,
    Channel::CallCenter,
    Channel::Api,
    Channel::Import,
];
