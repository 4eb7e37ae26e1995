//! All clocks of a consultation, along its facts and the changes of the rules.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    clock::{
        Ahead, Clock, ClockKind, ClockState, Deadline, EntryKind, Outcome, Outcomes, Stage, Standing, Terms,
    },
    facts::{Fact, Facts, What},
    instance::{Cause, Instance},
    policy::Traits,
    rules::Rules,
};
use crate::consultation::{CallOutcome, Status};

/// The clocks of a consultation as of an instant, in the order in which they began.
pub fn clocks(facts: &Facts, rules: &Rules, at: DateTime<Utc>) -> Vec<Clock> {
    let mut fold = Fold::new(rules);
    fold.run(&facts.in_order(), Some(at));
    for instance in &mut fold.instances {
        instance.advance_through(at);
    }
    let mut forecast = fold.clone();
    forecast.run_out(at);
    let shown = fold.instances.into_iter().zip(forecast.instances);
    shown.filter(|(instance, _)| instance.had_target()).map(|(now, later)| clock(now, &later)).collect()
}

/// Which targets of a consultation were met and which were missed by an instant: what [`clocks`] say, without what is
/// ahead.
pub fn outcomes(facts: &Facts, rules: &Rules, at: DateTime<Utc>) -> Outcomes {
    let mut fold = Fold::new(rules);
    fold.run(&facts.in_order(), Some(at));
    let mut outcomes = Outcomes::default();
    for instance in &mut fold.instances {
        instance.advance_through(at);
        outcomes.is_undecided |=
            instance.is_live() && instance.breached.is_none() && instance.terms.target.is_some();
        outcomes.decided.extend(outcome(instance));
    }
    outcomes
}

/// How a clock came out: missed from the instant of its deadline on, met if it was stopped under a target.
fn outcome(instance: &Instance) -> Option<Outcome> {
    let is_met = instance.breached.is_none();
    let kind = if is_met { EntryKind::Fulfilled } else { EntryKind::Breached };
    if is_met && instance.state != ClockState::Fulfilled {
        return None;
    }
    let entry = instance.ledger.iter().rfind(|entry| entry.kind == kind)?;
    Some(Outcome {
        kind: instance.kind,
        number: instance.number,
        is_met,
        at: entry.at,
        activated: instance.ledger.first().and_then(|entry| entry.version),
        version: entry.version,
        rule: entry.rule.clone(),
        policy_version: entry.policy_version,
        target: entry.target?,
        late: (instance.used - entry.used).max(TimeDelta::zero()),
    })
}

/// What has to be told when its time comes, if nothing happens before: thresholds that are ahead, or have passed
/// without having been told. Not what had passed before the log could know of it: a breach in an imported history is
/// in the ledger, and no news.
pub fn ahead(facts: &Facts, rules: &Rules) -> Ahead {
    let facts = facts.in_order();
    let Some(last) = facts.last().map(|fact| fact.at) else { return Ahead::default() };
    let mut fold = Fold::new(rules);
    fold.run(&facts, None);
    fold.run_out(last);
    let offered = fold.offer.iter().filter_map(|offer| offer.deadline(rules));
    let mut deadlines: Vec<_> = offered.map(|deadline| fold.caused(deadline)).collect();
    for instance in &fold.instances {
        let passed = [(Stage::Warn, instance.warned), (Stage::Breach, instance.breached)];
        for (stage, passed) in passed {
            let Some(passed) = passed.filter(|passed| passed.was_ahead) else { continue };
            let is_news = stage == Stage::Breach || instance.is_live();
            if is_news && !fold.announced.contains(&(stage, instance.kind, instance.number)) {
                deadlines.extend(deadline(instance, stage, passed.at));
            }
        }
    }
    let clocks = fold.instances.iter().filter(|instance| instance.is_live()).filter_map(standing).collect();
    Ahead { deadlines, clocks, is_open: fold.is_open() }
}

/// How a clock stands; nothing for one without a deadline, and for one that stands still before it.
fn standing(instance: &Instance) -> Option<Standing> {
    Some(Standing {
        kind: instance.kind,
        number: instance.number,
        subject: instance.subject,
        warn_at: instance.warned.map(|warned| warned.at),
        due_at: instance.breached?.at,
    })
}

fn deadline(instance: &Instance, stage: Stage, at: DateTime<Utc>) -> Option<Deadline> {
    let kind = if stage == Stage::Warn { EntryKind::Warned } else { EntryKind::Breached };
    let entry = instance.ledger.iter().find(|entry| entry.kind == kind)?;
    Some(Deadline {
        stage,
        clock: instance.kind,
        number: instance.number,
        subject: instance.subject,
        at,
        due_at: instance.breached.map_or(at, |breached| breached.at),
        target_ms: entry.target.map(|target| target.num_milliseconds()),
        rule: entry.rule.clone(),
        policy_version: entry.policy_version,
        caused_by: instance.activated_by(),
    })
}

fn clock(now: Instance, later: &Instance) -> Clock {
    let due_at = later.breached.map(|breached| breached.at).or(now.due_at_end);
    Clock {
        kind: now.kind,
        number: now.number,
        subject: now.subject,
        state: now.state,
        activated_at: now.activated_at,
        terms: now.terms,
        used: now.used,
        warn_at: later.warned.map(|warned| warned.at),
        due_at,
        breached_at: now.breached.map(|breached| breached.at),
        ended_at: now.ended_at,
        ledger: now.ledger,
    }
}

/// The offer of a handover that stands.
#[derive(Debug, Clone)]
struct Offer {
    handover: Uuid,
    made: Cause,
    expires_at: Option<DateTime<Utc>>,
}

impl Offer {
    /// When it runs out, by itself or by the setting of the workspace.
    fn deadline(&self, rules: &Rules) -> Option<Deadline> {
        let timeout = rules.handover_timeout();
        let by_setting = || self.made.at.checked_add_signed(timeout?.version);
        let at = self.expires_at.or_else(by_setting)?;
        let setting = self.expires_at.is_none().then(|| timeout.map(|timeout| timeout.recorded_at)).flatten();
        let known_at = self.made.recorded_at.max(setting);
        known_at.is_none_or(|known| at >= known).then_some(Deadline {
            stage: Stage::HandoverExpiry,
            clock: ClockKind::HandoverAcceptance,
            number: 0,
            subject: Some(self.handover),
            at,
            due_at: at,
            target_ms: None,
            rule: None,
            policy_version: 0,
            caused_by: self.made.version,
        })
    }
}

#[derive(Debug, Clone)]
struct Fold<'a> {
    rules: &'a Rules,
    traits: Traits,
    status: Option<Status>,
    merged: bool,
    /// Whether the first response was given.
    responded: bool,
    /// Whether the client wrote last.
    unanswered: bool,
    instances: Vec<Instance>,
    offer: Option<Offer>,
    announced: BTreeSet<(Stage, ClockKind, u32)>,
}

impl<'a> Fold<'a> {
    fn new(rules: &'a Rules) -> Self {
        Self {
            rules,
            traits: Traits::default(),
            status: None,
            merged: false,
            responded: false,
            unanswered: false,
            instances: vec![],
            offer: None,
            announced: BTreeSet::new(),
        }
    }

    /// Takes the facts and the changes of the rules up to and with an instant, in the order of time; a change of the
    /// rules before the facts of the same instant. Without an instant, all facts and the changes before the last.
    fn run(&mut self, facts: &[Fact], until: Option<DateTime<Utc>>) {
        let Some(first) = facts.first() else { return };
        let end = until.or_else(|| facts.last().map(|fact| fact.at)).unwrap_or(first.at);
        let mut changes = self.rules.changes_after(first.at).into_iter().peekable();
        for fact in facts.iter().take_while(|fact| fact.at <= end) {
            while let Some(change) = changes.next_if(|change| *change <= fact.at) {
                self.change(change);
            }
            self.apply(fact);
        }
        if self.status.is_some() {
            for change in changes.take_while(|change| *change <= end) {
                self.change(change);
            }
        }
    }

    /// Lets all time pass after an instant: the changes of the rules that are ahead, and then the deadlines.
    fn run_out(&mut self, after: DateTime<Utc>) {
        for change in self.rules.changes_after(after) {
            self.change(change);
        }
        for instance in &mut self.instances {
            instance.run_out();
        }
    }

    fn change(&mut self, at: DateTime<Utc>) {
        self.advance(at);
        self.settle(Cause { at, recorded_at: None, version: None });
    }

    fn advance(&mut self, to: DateTime<Utc>) {
        for instance in self.instances.iter_mut().filter(|instance| instance.is_live()) {
            instance.advance(to);
        }
    }

    /// The same as the doing of whoever asked for the handover, where that is known.
    fn caused(&self, deadline: Deadline) -> Deadline {
        let of_handover =
            |one: &&Instance| one.kind == ClockKind::HandoverAcceptance && one.subject == deadline.subject;
        let asked = self.instances.iter().rfind(of_handover).and_then(Instance::activated_by);
        Deadline { caused_by: asked.or(deadline.caused_by), ..deadline }
    }

    fn is_open(&self) -> bool {
        !self.merged && self.status.is_some_and(Status::is_open)
    }

    fn apply(&mut self, fact: &Fact) {
        let cause = Cause { at: fact.at, recorded_at: Some(fact.recorded_at), version: Some(fact.version) };
        self.advance(fact.at);
        match &fact.what {
            What::Opened(opening) => {
                self.traits = Traits {
                    priority: opening.priority,
                    channel: opening.channel,
                    client: opening.client,
                    topics: opening.topics.iter().cloned().collect(),
                    tags: opening.tags.iter().cloned().collect(),
                };
                self.status = Some(Status::Queued);
                self.activate(ClockKind::FirstResponse, None, None, cause);
                self.activate(ClockKind::Resolution, None, None, cause);
                self.settle(cause);
            }
            What::Priority(priority) => {
                self.traits.priority = *priority;
                self.settle(cause);
            }
            What::Details { client, topics } => {
                self.traits.client = client.or(self.traits.client);
                if let Some(topics) = topics {
                    self.traits.topics = topics.iter().cloned().collect();
                }
                self.settle(cause);
            }
            What::Tags { added, removed } => {
                self.traits.tags.retain(|tag| !removed.contains(tag));
                self.traits.tags.extend(added.iter().cloned());
                self.settle(cause);
            }
            What::Status(status) => self.turn(|fold| fold.status = Some(*status), cause),
            What::Merged => self.turn(|fold| fold.merged = true, cause),
            What::Unmerged(status) => self.turn(
                |fold| {
                    fold.merged = false;
                    fold.status = Some(*status);
                },
                cause,
            ),
            What::ClientWrote => {
                self.unanswered = true;
                self.await_answer(cause);
            }
            What::PersonWrote => self.answer(|_| true, cause),
            What::BotWrote => self.answer(|terms| terms.bots_respond, cause),
            What::Announced { stage, clock, number } => _ = self.announced.insert((*stage, *clock, *number)),
            What::Promised { from, until } => {
                self.end(ClockKind::Callback, None, ClockState::Cancelled, cause);
                if self.is_open() {
                    self.activate(ClockKind::Callback, None, Some((*from, *until)), cause);
                }
            }
            What::Called { outbound, outcome } => self.called(*outbound, *outcome, cause),
            What::HandoverRequested(handover) if self.is_open() => {
                self.activate(ClockKind::HandoverAcceptance, Some(*handover), None, cause);
            }
            What::HandoverOffered { handover, expires_at } => {
                self.offer = Some(Offer { handover: *handover, made: cause, expires_at: *expires_at });
            }
            What::HandoverDeclined(handover) => self.withdraw(*handover),
            What::HandoverAccepted(handover) => {
                self.withdraw(*handover);
                self.end(ClockKind::HandoverAcceptance, Some(*handover), ClockState::Fulfilled, cause);
            }
            What::HandoverEnded(handover) => {
                self.withdraw(*handover);
                self.end(ClockKind::HandoverAcceptance, Some(*handover), ClockState::Cancelled, cause);
            }
            What::HandoverRequested(_) => {}
        }
    }

    /// A step of the lifecycle: clocks end where work ends, and go on where it goes on.
    fn turn(&mut self, step: impl FnOnce(&mut Self), cause: Cause) {
        let was_open = self.is_open();
        step(self);
        match (was_open, self.is_open()) {
            (true, false) => {
                let is_done = matches!(self.status, Some(Status::Resolved | Status::Closed)) && !self.merged;
                let resolution = if is_done { ClockState::Fulfilled } else { ClockState::Cancelled };
                self.offer = None;
                for kind in ClockKind::ALL {
                    let end = if kind == ClockKind::Resolution { resolution } else { ClockState::Cancelled };
                    self.end(kind, None, end, cause);
                }
            }
            (false, true) => {
                let resolution = self.instances.iter_mut().rfind(|one| one.kind == ClockKind::Resolution);
                if let Some(resolution) = resolution.filter(|one| !one.is_live()) {
                    resolution.resume(cause);
                }
                if !self.responded {
                    self.activate(ClockKind::FirstResponse, None, None, cause);
                } else if self.unanswered {
                    self.await_answer(cause);
                }
            }
            _ => {}
        }
        self.settle(cause);
    }

    /// Starts to wait for the next response, unless one is waited for already.
    fn await_answer(&mut self, cause: Cause) {
        let waits = |one: &Instance| {
            one.is_live() && matches!(one.kind, ClockKind::FirstResponse | ClockKind::NextResponse)
        };
        if self.is_open() && self.responded && !self.instances.iter().any(waits) {
            self.activate(ClockKind::NextResponse, None, None, cause);
            self.settle(cause);
        }
    }

    /// A message to the client, which is an answer where the terms take it for one.
    fn answer(&mut self, counts: impl Fn(&Terms) -> bool, cause: Cause) {
        let asked = |one: &&mut Instance| {
            one.is_live()
                && matches!(one.kind, ClockKind::FirstResponse | ClockKind::NextResponse)
                && counts(&one.terms)
        };
        let mut answered = counts(&Terms::default());
        for instance in self.instances.iter_mut().filter(asked) {
            instance.end(ClockState::Fulfilled, cause);
            answered = true;
        }
        if answered {
            self.responded = true;
            self.unanswered = false;
        }
    }

    /// A call keeps a promise if the two talked, or if we called within the window or after it.
    fn called(&mut self, outbound: bool, outcome: CallOutcome, cause: Cause) {
        let promised = self.instances.iter().rfind(|one| one.kind == ClockKind::Callback && one.is_live());
        let Some(from) = promised.and_then(|one| one.window_from) else { return };
        let tried = outbound && outcome != CallOutcome::Failed && cause.at >= from;
        if tried || outcome == CallOutcome::Answered {
            self.end(ClockKind::Callback, None, ClockState::Fulfilled, cause);
        }
    }

    fn withdraw(&mut self, handover: Uuid) {
        self.offer.take_if(|offer| offer.handover == handover);
    }

    fn activate(
        &mut self,
        kind: ClockKind,
        subject: Option<Uuid>,
        window: Option<(DateTime<Utc>, DateTime<Utc>)>,
        cause: Cause,
    ) {
        let earlier = self.instances.iter().filter(|one| one.kind == kind).count();
        let number = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
        let terms = self.rules.terms(kind, &self.traits, cause.at);
        self.instances.push(Instance::activate(kind, number, subject, window, terms, cause));
    }

    fn end(&mut self, kind: ClockKind, subject: Option<Uuid>, state: ClockState, cause: Cause) {
        let of_it = |one: &&mut Instance| {
            one.kind == kind && one.is_live() && (subject.is_none() || one.subject == subject)
        };
        for instance in self.instances.iter_mut().filter(of_it) {
            instance.end(state, cause);
        }
    }

    /// Gives every clock the terms and the pause that hold now.
    fn settle(&mut self, cause: Cause) {
        let status = self.status;
        for instance in self.instances.iter_mut().filter(|one| one.is_live()) {
            let terms = self.rules.terms(instance.kind, &self.traits, cause.at);
            if !instance.terms.are_as(&terms) {
                instance.change(terms, cause);
            }
            let stands = instance.kind.pauses()
                && status.is_some_and(|status| instance.terms.pause_in.contains(&status));
            match instance.state {
                ClockState::Running if stands => instance.pause(cause),
                ClockState::Paused if !stands => instance.resume(cause),
                _ => {}
            }
        }
    }
}
