//! A consultation's journal by the rules of its workspace.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::CallOutcome,
    id::ManagerId,
    service_level::{Facts, Outcome, Outcomes, What, outcomes},
};
use uuid::Uuid;

use super::{
    super::source::Terms,
    given::{Decided, Given},
};
use crate::consultation_facts::{Happening, Step};

/// What is read of a consultation.
pub(super) struct Journal {
    pub(super) id: Uuid,
    pub(super) opened_position: i64,
    pub(super) opened_team: Option<String>,
    /// In the order in which it happened.
    pub(super) steps: Vec<Step>,
}

/// Adds what was decided from `from` on and before `to`.
pub(super) fn decided(
    journal: &Journal,
    terms: &Terms,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    given: &mut Given,
) {
    let Outcomes { decided, is_undecided } = outcomes(&facts(&journal.steps), &terms.rules, terms.at);
    let within = |at: DateTime<Utc>| at >= from && at < to;
    if let Some(whole) = of_consultation(&decided, is_undecided).filter(|whole| within(whole.at)) {
        let (manager, team) = journal.held(whole);
        given.take(Decided {
            consultation: journal.id,
            clock: None,
            rule: None,
            target: None,
            at: whole.at,
            is_met: whole.is_met,
            late: whole.late.num_milliseconds(),
            manager,
            team,
            part: String::new(),
            start: Some(journal.opened_position),
            stop: journal.position(whole.version),
        });
    }
    for outcome in decided.iter().filter(|outcome| within(outcome.at)) {
        let (manager, team) = journal.held(outcome);
        given.take(Decided {
            consultation: journal.id,
            clock: Some(outcome.kind.as_str()),
            rule: outcome.rule.clone(),
            target: Some(outcome.target.num_seconds()),
            at: outcome.at,
            is_met: outcome.is_met,
            late: outcome.late.num_milliseconds(),
            manager,
            team,
            part: format!("{}/{}", outcome.kind.as_str(), outcome.number),
            start: journal.position(outcome.activated),
            stop: journal.position(outcome.version),
        });
    }
}

/// What decides about a consultation as a whole: the first target that it missed; if it missed none and none is left,
/// the last that it met.
fn of_consultation(decided: &[Outcome], is_undecided: bool) -> Option<&Outcome> {
    let missed = decided.iter().filter(|outcome| !outcome.is_met).min_by_key(|outcome| outcome.at);
    missed.or_else(|| decided.iter().filter(|_| !is_undecided).max_by_key(|outcome| outcome.at))
}

impl Journal {
    /// Who held it when that was decided, and the team then. What happened in the very instant of a deadline happened
    /// before it passed.
    fn held(&self, outcome: &Outcome) -> (Option<Uuid>, Option<String>) {
        let version = outcome.version.unwrap_or(i32::MAX);
        let (mut manager, mut team) = (None, self.opened_team.clone());
        for step in self.steps.iter().take_while(|step| (step.at, step.version) <= (outcome.at, version)) {
            match &step.what {
                Happening::Held(by, of) => (manager, team) = (by.map(ManagerId::uuid), of.clone()),
                Happening::Released => manager = None,
                _ => {}
            }
        }
        (manager, team)
    }

    /// Where the event of this version is in the log.
    fn position(&self, version: Option<i32>) -> Option<i64> {
        self.steps.iter().find(|step| Some(step.version) == version).map(|step| step.position)
    }
}

/// What clocks want to know, as the log itself would tell it.
fn facts(steps: &[Step]) -> Facts {
    let mut facts = Facts::default();
    // A move keeps the length of the window that was promised last, in the order of the log.
    let mut in_log: Vec<_> = steps.iter().collect();
    in_log.sort_by_key(|step| step.version);
    let mut promised_until = None;
    for step in in_log {
        if let Some(what) = what(&step.what, &mut promised_until) {
            facts.take(step.at, step.version, what);
        }
    }
    facts
}

fn what(step: &Happening, promised_until: &mut Option<DateTime<Utc>>) -> Option<What> {
    Some(match step {
        Happening::Opened(opening) => What::Opened((**opening).clone()),
        Happening::Prioritised(priority) => What::Priority(*priority),
        Happening::Detailed(client, topics) => What::Details { client: *client, topics: topics.clone() },
        Happening::Tagged(added, removed) => What::Tags { added: added.clone(), removed: removed.clone() },
        Happening::Entered(status) | Happening::Reopened(status) => What::Status(*status),
        Happening::Merged => What::Merged,
        Happening::Unmerged(status) => What::Unmerged(*status),
        Happening::Wrote => What::ClientWrote,
        Happening::Replied(Some(_)) => What::PersonWrote,
        Happening::BotReplied => What::BotWrote,
        Happening::Asked(handover) => What::HandoverRequested(*handover),
        Happening::Taken(handover) => What::HandoverAccepted(*handover),
        Happening::Over(handover) => What::HandoverEnded(*handover),
        Happening::Promised(from, until) => {
            *promised_until = Some(*until);
            What::Promised { from: *from, until: *until }
        }
        Happening::Moved(from, to, _) => {
            let length = promised_until.map_or(TimeDelta::zero(), |until| until - *from);
            let until = to.checked_add_signed(length.max(TimeDelta::zero())).unwrap_or(*to);
            *promised_until = Some(until);
            What::Promised { from: *to, until }
        }
        Happening::Called { outbound, answered, failed, .. } => What::Called {
            outbound: *outbound,
            outcome: match (answered, failed) {
                (true, _) => CallOutcome::Answered,
                (_, true) => CallOutcome::Failed,
                _ => CallOutcome::NoAnswer,
            },
        },
        Happening::Replied(None) | Happening::Held(..) | Happening::Released => return None,
    })
}
