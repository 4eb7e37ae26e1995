//! What each metric is, told once more, as slowly and simply as can be: from all events of one consultation, looking
//! through all of them for each fact.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{
        CallDirection, CallOutcome, ConsultationEvent as E, HandoverOutcome, Party, ReopenTo, Status,
    },
    event::{Event, Recorded},
    id::ManagerId,
};
use uuid::Uuid;

use super::{offices::Office, promises::World};

/// A fact as a metric has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Expected {
    pub(crate) at: DateTime<Utc>,
    pub(crate) consultation: Uuid,
    pub(crate) value: i64,
    pub(crate) manager: Option<Uuid>,
    pub(crate) team: Option<String>,
}

/// An event with the moment that counts.
pub(crate) struct Told<'e> {
    pub(crate) at: DateTime<Utc>,
    event: &'e E,
    version: i32,
    position: i64,
}

/// A consultation: its events in the order in which they happened.
pub(crate) struct Life<'e> {
    id: Uuid,
    events: Vec<Told<'e>>,
    in_log: Vec<(&'e Recorded, &'e E)>,
}

impl<'e> Life<'e> {
    pub(crate) fn of(id: Uuid, log: &'e [Recorded]) -> Self {
        let mut in_log = Vec::new();
        for recorded in log {
            if let (true, Event::Consultation(event)) = (recorded.stream.id == id, &recorded.event) {
                in_log.push((recorded, event));
            }
        }
        let opened = in_log[0].0.occurred_at;
        let mut events = Vec::new();
        for (recorded, event) in &in_log {
            let at = match event {
                E::CallLogged(call) => call.started_at,
                _ => recorded.occurred_at,
            };
            events.push((at.max(opened), recorded.version.0, *event, recorded.position.0));
        }
        events.sort_by_key(|(at, version, ..)| (*at, *version));
        let events = events
            .into_iter()
            .map(|(at, version, event, position)| Told { at, event, version, position })
            .collect();
        Self { id, events, in_log }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    fn opened(&self) -> DateTime<Utc> {
        self.in_log[0].0.occurred_at
    }

    fn merged(&self) -> bool {
        let mut merged = false;
        for (_, event) in &self.in_log {
            match event {
                E::Merged(_) => merged = true,
                E::Unmerged(_) => merged = false,
                _ => {}
            }
        }
        merged
    }

    /// Before event `place`: who held it.
    fn held(&self, place: usize) -> (Option<ManagerId>, Option<String>) {
        let mut held = (None, None);
        for told in &self.events[..place] {
            match told.event {
                E::ConsultationOpened(opened) => held = (None, opened.team.clone()),
                E::Assigned(assigned) => held = (assigned.assignee, assigned.team.clone()),
                E::Unassigned(_) => held.0 = None,
                _ => {}
            }
        }
        held
    }

    /// Before event `place`: the stage, and whether it was merged.
    fn stage(&self, place: usize) -> (Status, bool) {
        let mut stage = (Status::Queued, false);
        for told in &self.events[..place] {
            match told.event {
                E::Merged(_) => stage.1 = true,
                E::Unmerged(unmerged) => stage = (unmerged.status, false),
                event => stage.0 = entered(event).unwrap_or(stage.0),
            }
        }
        stage
    }

    /// The places of all resolutions.
    fn resolutions(&self) -> Vec<usize> {
        (0..self.events.len())
            .filter(|place| {
                let ends = matches!(self.events[*place].event, E::Resolved(_) | E::Closed(_));
                ends && !matches!(self.stage(*place).0, Status::Resolved | Status::Closed)
            })
            .collect()
    }

    /// The last resolution, if nothing opened it again.
    fn standing(&self) -> Option<usize> {
        let last = *self.resolutions().last()?;
        let reopens = |told: &Told<'_>| match told.event {
            E::Unmerged(unmerged) => unmerged.status.is_open(),
            event => {
                entered(event).is_some_and(|status| !matches!(status, Status::Resolved | Status::Closed))
            }
        };
        (!self.events[last + 1..].iter().any(reopens)).then_some(last)
    }

    /// How long until event `place` it was in one of these stages.
    fn time_in(&self, stages: &[Status], place: usize) -> i64 {
        let mut time = TimeDelta::zero();
        for (before, pair) in self.events[..=place].windows(2).enumerate() {
            let (stage, merged) = self.stage(before + 1);
            if stages.contains(&stage) && !merged {
                time += pair[1].at - pair[0].at;
            }
        }
        time.num_milliseconds()
    }

    fn count(&self, place: usize, counts: impl Fn(&E) -> bool) -> i64 {
        let count = self.events[..place].iter().filter(|told| counts(told.event)).count();
        i64::try_from(count).unwrap()
    }

    fn fact(
        &self,
        at: DateTime<Utc>,
        value: i64,
        manager: Option<ManagerId>,
        team: Option<String>,
    ) -> Expected {
        Expected { at, consultation: self.id, value, manager: manager.map(ManagerId::uuid), team }
    }

    /// A fact at event `place`, held by whoever held it then.
    fn fact_at(&self, place: usize, value: i64) -> Expected {
        let (manager, team) = self.held(place);
        self.fact(self.events[place].at, value, manager, team)
    }

    fn since_opened(&self, place: usize) -> i64 {
        (self.events[place].at - self.opened()).num_milliseconds()
    }

    fn message(&self, of_person: bool) -> Vec<Expected> {
        let written = |told: &Told<'_>| match told.event {
            E::MessageSent(sent) => !of_person || sent.author.is_manager(),
            _ => false,
        };
        let Some(place) = self.events.iter().position(written) else { return Vec::new() };
        let E::MessageSent(sent) = self.events[place].event else { unreachable!() };
        let (_, team) = self.held(place);
        vec![self.fact(self.events[place].at, self.since_opened(place), author(sent.author), team)]
    }

    fn next_responses(&self) -> Vec<Expected> {
        self.waits().into_iter().map(|(_, fact)| fact).collect()
    }

    /// Each answer after the first, with when it began to be waited for.
    fn waits(&self) -> Vec<(DateTime<Utc>, Expected)> {
        let mut facts = Vec::new();
        let mut answered = false;
        let mut waiting = None;
        for (place, told) in self.events.iter().enumerate() {
            match told.event {
                E::MessageReceived(_) if answered && waiting.is_none() => waiting = Some(told.at),
                E::MessageSent(sent) if sent.author.is_manager() => {
                    if let Some(since) = waiting.take() {
                        let (_, team) = self.held(place);
                        let ms = (told.at - since).num_milliseconds();
                        facts.push((since, self.fact(told.at, ms, author(sent.author), team)));
                    }
                    answered = true;
                }
                E::Merged(_) => waiting = None,
                E::Unmerged(_) => {}
                event if entered(event).is_some_and(|status| !status.is_open()) => waiting = None,
                _ => {}
            }
        }
        facts
    }

    fn stations(&self, place: usize) -> (i64, i64) {
        let (mut assignees, mut teams) = (0, 0);
        let mut held = (None, None);
        for here in 1..=place {
            let now = self.held(here);
            assignees += i64::from(now.0.is_some() && now.0 != held.0);
            teams += i64::from(now.1.is_some() && now.1 != held.1);
            held = now;
        }
        (assignees, teams)
    }

    /// Each promise with what became of it: the time, the delay if it was kept, and where that was decided.
    fn promises(&self) -> Vec<(DateTime<Utc>, Option<i64>, usize)> {
        let mut found = Vec::new();
        let mut length_of_last = None::<DateTime<Utc>>;
        for (place, told) in self.events.iter().enumerate() {
            let (at, until) = match told.event {
                E::Appointed(appointed) => (appointed.appointed_for, appointed.appointed_until),
                E::Redated(redated) => (redated.to, redated.until(length_of_last)),
                _ => continue,
            };
            length_of_last = Some(until);
            for (later, next) in self.events.iter().enumerate().skip(place + 1) {
                if !is_measured(next.event) {
                    continue;
                }
                if next.at > until {
                    found.push((at, None, later));
                    break;
                }
                match next.event {
                    E::CallLogged(call) if call.outcome == CallOutcome::Answered => {
                        found.push((at, Some((next.at - at).num_milliseconds()), later));
                        break;
                    }
                    E::Appointed(_) | E::Redated(_) | E::Merged(_) => break,
                    E::Unmerged(_) => {}
                    event if entered(event).is_some_and(|status| !status.is_open()) => break,
                    _ => {}
                }
            }
        }
        found
    }

    fn outbound(&self) -> Vec<&Told<'e>> {
        let outbound = |told: &&Told<'_>| matches!(told.event, E::CallLogged(call) if call.direction == CallDirection::Outbound);
        self.events.iter().filter(outbound).collect()
    }

    /// Whether it was in one of these stages just before an instant, and who held it.
    pub(crate) fn level(
        &self,
        instant: DateTime<Utc>,
        stages: &[Status],
    ) -> Option<(Option<Uuid>, Option<String>)> {
        let place = self.events.iter().filter(|told| told.at < instant).count();
        if place == 0 {
            return None;
        }
        let (stage, merged) = self.stage(place);
        let (manager, team) = self.held(place);
        (stages.contains(&stage) && !merged).then(|| (manager.map(ManagerId::uuid), team))
    }

    /// Every fact of the metric.
    pub(crate) fn facts(&self, metric: &str, version: u16, world: &World) -> Vec<Expected> {
        if metric.starts_with("sla_") {
            return self.promised(metric, world.clocks.get(&self.id).map_or(&[], Vec::as_slice));
        }
        if metric.ends_with("_business") {
            return self.in_business_time(metric, version, &world.office);
        }
        let standing = self.standing().filter(|_| !self.merged());
        let at_end = |value: &dyn Fn(usize) -> i64| -> Vec<Expected> {
            standing.map(|place| self.fact_at(place, value(place))).into_iter().collect()
        };
        let replies = |place| {
            self.count(place, |event| matches!(event, E::MessageSent(sent) if sent.author.is_manager()))
        };
        let unmerged = |facts: Vec<Expected>| if self.merged() { Vec::new() } else { facts };
        let (held, team_now) = (self.held_in_log(), self.held_in_log().1);
        let _ = held;
        match (metric, version) {
            ("first_response", _) => unmerged(self.message(true)),
            ("first_reply", _) => unmerged(self.message(false)),
            ("next_response", _) => unmerged(self.next_responses()),
            ("first_resolution", _) => {
                let first = self.resolutions().into_iter().take(1);
                unmerged(first.map(|place| self.fact_at(place, self.since_opened(place))).collect())
            }
            ("full_resolution", 1) => at_end(&|place| self.since_opened(place)),
            ("full_resolution", _) => at_end(&|place| self.time_in(&Status::OPEN, place)),
            ("requester_wait", _) => {
                at_end(&|place| self.time_in(&[Status::Queued, Status::InProgress, Status::OnHold], place))
            }
            ("agent_work", _) => at_end(&|place| self.time_in(&[Status::Queued, Status::InProgress], place)),
            ("reopens", _) => at_end(&|place| self.count(place, |event| matches!(event, E::Reopened(_)))),
            ("one_touch", 1) => at_end(&|place| i64::from(replies(place) < 2)),
            ("one_touch", _) => at_end(&|place| i64::from(replies(place) == 1)),
            ("replies", _) => at_end(&replies),
            ("assignee_stations", _) => at_end(&|place| self.stations(place).0),
            ("team_stations", _) => at_end(&|place| self.stations(place).1),
            ("opened", _) => {
                let E::ConsultationOpened(opened) = self.in_log[0].1 else { unreachable!() };
                vec![self.fact(self.opened(), 1, None, opened.team.clone())]
            }
            ("resolved", _) => self.resolutions().into_iter().map(|place| self.fact_at(place, 1)).collect(),
            ("reopened", _) => (0..self.events.len())
                .filter(|place| matches!(self.events[*place].event, E::Reopened(_)))
                .map(|place| self.fact_at(place, 1))
                .collect(),
            ("promise_kept", _) => unmerged(
                self.promises()
                    .into_iter()
                    .map(|(at, delay, decided)| Expected {
                        at,
                        ..self.fact_at(decided, i64::from(delay.is_some()))
                    })
                    .collect(),
            ),
            ("promise_delay", _) => unmerged(
                self.promises()
                    .into_iter()
                    .filter_map(|(at, delay, decided)| Some(Expected { at, ..self.fact_at(decided, delay?) }))
                    .collect(),
            ),
            ("call_attempts", _) => {
                let calls = self.outbound();
                let first = calls.first().map(|first| {
                    let count = i64::try_from(calls.len()).unwrap();
                    self.fact(first.at, count, caller(first.event), team_now)
                });
                first.into_iter().collect()
            }
            ("call_attempts_until_answered", _) => {
                let calls = self.outbound();
                let answered = calls.iter().position(
                    |told| matches!(told.event, E::CallLogged(call) if call.outcome == CallOutcome::Answered),
                );
                let fact = answered.map(|place| {
                    let call = calls[place];
                    self.fact(call.at, i64::try_from(place).unwrap() + 1, caller(call.event), team_now)
                });
                fact.into_iter().collect()
            }
            _ => self.parts(metric),
        }
    }

    /// The same spans as by the wall clock, each as far as it was open.
    fn in_business_time(&self, metric: &str, version: u16, office: &Office) -> Vec<Expected> {
        let standing = self.standing().filter(|_| !self.merged());
        let open = |from, to| office.open(from, to).num_milliseconds();
        let unmerged = |facts: Vec<Expected>| if self.merged() { Vec::new() } else { facts };
        let since_opened = |facts: Vec<Expected>| {
            let facts =
                facts.into_iter().map(|fact| Expected { value: open(self.opened(), fact.at), ..fact });
            unmerged(facts.collect())
        };
        let in_stages = |stages: &[Status]| {
            let fact = standing.map(|place| {
                let mut time = TimeDelta::zero();
                for (before, pair) in self.events[..=place].windows(2).enumerate() {
                    let (stage, merged) = self.stage(before + 1);
                    if stages.contains(&stage) && !merged {
                        time += office.open(pair[0].at, pair[1].at);
                    }
                }
                self.fact_at(place, time.num_milliseconds())
            });
            fact.into_iter().collect()
        };
        match (metric, version) {
            ("first_response_business", _) => since_opened(self.message(true)),
            ("next_response_business", _) => {
                let waits = self.waits().into_iter();
                unmerged(
                    waits.map(|(since, fact)| Expected { value: open(since, fact.at), ..fact }).collect(),
                )
            }
            ("first_resolution_business", _) => {
                let first = self.resolutions().into_iter().take(1);
                since_opened(first.map(|place| self.fact_at(place, 0)).collect())
            }
            ("full_resolution_business", 1) => {
                since_opened(standing.map(|place| self.fact_at(place, 0)).into_iter().collect())
            }
            ("full_resolution_business", _) => in_stages(&Status::OPEN),
            ("requester_wait_business", _) => {
                in_stages(&[Status::Queued, Status::InProgress, Status::OnHold])
            }
            ("handover_time_to_accept_business", _) => {
                let mut facts = self.parts("handover_time_to_accept");
                for fact in &mut facts {
                    // The fact has how long it took by the wall clock; what came before the request took nothing.
                    let asked = self.asked_for(fact);
                    fact.value = if asked < fact.at { open(asked, fact.at) } else { 0 };
                }
                facts
            }
            _ => Vec::new(),
        }
    }

    /// When the handover that was accepted in this fact was asked for.
    fn asked_for(&self, accepted: &Expected) -> DateTime<Utc> {
        let handover = self.in_log.iter().find_map(|(recorded, event)| match event {
            E::HandoverAccepted(it)
                if recorded.occurred_at == accepted.at && Some(it.manager_id.uuid()) == accepted.manager =>
            {
                Some(it.handover_id)
            }
            _ => None,
        });
        let asked = self.in_log.iter().find_map(|(recorded, event)| match event {
            E::HandoverRequested(it) if Some(it.handover_id) == handover => Some(recorded.occurred_at),
            _ => None,
        });
        asked.unwrap()
    }

    /// Before a moment, the events of that moment included: who held it.
    pub(crate) fn held_at(&self, at: DateTime<Utc>, version: i32) -> (Option<ManagerId>, Option<String>) {
        let place = self.events.iter().filter(|told| (told.at, told.version) <= (at, version)).count();
        self.held(place)
    }

    /// A fact of the consultation at a moment that no event need have.
    pub(crate) fn fact_of(&self, (at, version): (DateTime<Utc>, i32), value: i64) -> Expected {
        let (manager, team) = self.held_at(at, version);
        self.fact(at, value, manager, team)
    }

    /// When something happened.
    pub(crate) fn moments(&self) -> Vec<DateTime<Utc>> {
        self.events.iter().map(|told| told.at).collect()
    }

    fn held_in_log(&self) -> (Option<ManagerId>, Option<String>) {
        let mut held = (None, None);
        for (_, event) in &self.in_log {
            match event {
                E::ConsultationOpened(opened) => held.1.clone_from(&opened.team),
                E::Assigned(assigned) => held = (assigned.assignee, assigned.team.clone()),
                E::Unassigned(_) => held.0 = None,
                _ => {}
            }
        }
        held
    }

    /// Facts that single events are, by their own moments and not by the life around them.
    fn parts(&self, metric: &str) -> Vec<Expected> {
        let team_now = self.held_in_log().1;
        let mut facts = Vec::new();
        for (recorded, event) in &self.in_log {
            let at = recorded.occurred_at;
            let mut fact = |at, value, manager, team| facts.push(self.fact(at, value, manager, team));
            match (metric, event) {
                ("redates", E::Redated(redated)) => fact(at, 1, redated.assignee, team_now.clone()),
                ("redate_lead", E::Redated(redated)) => {
                    fact(at, (redated.from - at).num_milliseconds(), redated.assignee, team_now.clone());
                }
                ("redate_chain", E::Redated(redated)) => {
                    fact(at, redated.number.into(), redated.assignee, team_now.clone());
                }
                ("calls", E::CallLogged(call)) => fact(call.started_at, 1, call.manager_id, team_now.clone()),
                ("call_reach", E::CallLogged(call)) => {
                    let answered = i64::from(call.outcome == CallOutcome::Answered);
                    fact(call.started_at, answered, call.manager_id, team_now.clone());
                }
                ("call_wait", E::CallLogged(call)) => {
                    if let Some(seconds) = call.wait_seconds {
                        fact(call.started_at, i64::from(seconds) * 1_000, call.manager_id, team_now.clone());
                    }
                }
                ("call_talk", E::CallLogged(call)) => {
                    if let Some(seconds) = call.duration_seconds {
                        fact(call.started_at, i64::from(seconds) * 1_000, call.manager_id, team_now.clone());
                    }
                }
                (name, E::HandoverRequested(request)) => {
                    self.handover(name, recorded, request.handover_id, &mut facts);
                }
                ("rating_response", E::RatingRequested(request)) => {
                    let rated = self.in_log.iter().any(|(_, event)| {
                        matches!(event, E::RatingSubmitted(rated) if rated.rating_id == request.rating_id)
                    });
                    let manager = self.submitted(request.rating_id.uuid()).or(request.attributed_to);
                    fact(at, i64::from(rated), manager, team_now.clone());
                }
                ("rating" | "csat" | "rating_question", E::RatingSubmitted(submitted)) => {
                    let mut answers = submitted.answers.clone();
                    for (_, event) in &self.in_log {
                        if let E::RatingRevised(revised) = event
                            && revised.rating_id == submitted.rating_id
                        {
                            answers.clone_from(&revised.answers);
                        }
                    }
                    let scores: Vec<i64> =
                        answers.iter().filter_map(|answer| answer.score).map(i64::from).collect();
                    if metric == "rating_question" {
                        for score in scores {
                            fact(at, score * 100, submitted.attributed_to, team_now.clone());
                        }
                        continue;
                    }
                    let count = i64::try_from(scores.len()).unwrap();
                    let mean = (scores.iter().sum::<i64>() * 200 + count) / (2 * count);
                    let value = if metric == "csat" { i64::from(mean >= 400) } else { mean };
                    fact(at, value, submitted.attributed_to, team_now.clone());
                }
                _ => {}
            }
        }
        facts
    }

    fn submitted(&self, rating: Uuid) -> Option<ManagerId> {
        self.in_log.iter().find_map(|(_, event)| match event {
            E::RatingSubmitted(submitted) if submitted.rating_id.uuid() == rating => submitted.attributed_to,
            _ => None,
        })
    }

    fn handover(
        &self,
        metric: &str,
        requested: &Recorded,
        id: ledgerdesk_domain::id::HandoverId,
        facts: &mut Vec<Expected>,
    ) {
        let (mut team, mut from) = (None, None);
        let (mut accepted, mut responded, mut resolved, mut offered) = (None, None, None, None);
        let (mut returned, mut expired) = (None, None);
        let mut declines = Vec::new();
        for (recorded, event) in &self.in_log {
            let at = recorded.occurred_at;
            match event {
                E::HandoverRequested(it) if it.handover_id == id => {
                    team.clone_from(&it.to_team);
                    from = it.from_assignee;
                }
                E::HandoverOffered(it) if it.handover_id == id => offered = Some(it.manager_id),
                E::HandoverAccepted(it) if it.handover_id == id => accepted = Some((at, it.manager_id)),
                E::HandoverDeclined(it) if it.handover_id == id => declines.push((at, it.manager_id)),
                E::HandoverExpired(it) if it.handover_id == id => expired = Some(at),
                E::HandoverReturned(it) if it.handover_id == id => returned = Some((at, it.returned_by)),
                E::HandoverResolved(it) if it.handover_id == id && it.outcome == HandoverOutcome::Done => {
                    resolved = Some((at, it.resolved_by));
                }
                E::MessageSent(sent) if sent.is_handover_first_response && sent.handover_id == Some(id) => {
                    responded = Some(at);
                }
                _ => {}
            }
        }
        let asked = requested.occurred_at;
        let since = |at: DateTime<Utc>| (at - asked).num_milliseconds().max(0);
        let by = accepted.map(|(_, by)| by);
        let found = match metric {
            "handovers_requested" => vec![(asked, 1, from)],
            "handover_acceptance" => vec![(asked, i64::from(accepted.is_some()), from)],
            "handovers_accepted" => accepted.map(|(at, by)| (at, 1, Some(by))).into_iter().collect(),
            "handover_time_to_accept" => {
                accepted.map(|(at, by)| (at, since(at), Some(by))).into_iter().collect()
            }
            "handovers_declined" => declines.into_iter().map(|(at, by)| (at, 1, Some(by))).collect(),
            "handovers_expired" => expired.map(|at| (at, 1, offered)).into_iter().collect(),
            "handovers_returned" => returned.map(|(at, by)| (at, 1, by)).into_iter().collect(),
            "handovers_resolved" => resolved.map(|(at, by)| (at, 1, by)).into_iter().collect(),
            "handover_time_to_resolve" => resolved.map(|(at, by)| (at, since(at), by)).into_iter().collect(),
            "handover_time_to_first_response" => {
                responded.map(|at| (at, since(at), by)).into_iter().collect::<Vec<_>>()
            }
            _ => Vec::new(),
        };
        for (at, value, manager) in found {
            facts.push(self.fact(at, value, manager, team.clone()));
        }
    }

    /// Where the last event is in the log.
    pub(crate) fn last_position(&self) -> i64 {
        self.events.iter().map(|told| told.position).max().unwrap_or_default()
    }
}

fn entered(event: &E) -> Option<Status> {
    Some(match event {
        E::Started(_) | E::Resumed(_) => Status::InProgress,
        E::WaitingForClientStarted(_) => Status::WaitingForClient,
        E::PutOnHold(_) => Status::OnHold,
        E::Resolved(_) => Status::Resolved,
        E::Closed(_) => Status::Closed,
        E::Cancelled(_) => Status::Cancelled,
        E::Reopened(reopened) => match reopened.to {
            ReopenTo::Queued => Status::Queued,
            ReopenTo::InProgress => Status::InProgress,
        },
        _ => return None,
    })
}

/// Whether anything is measured by the event.
fn is_measured(event: &E) -> bool {
    let of_work = matches!(
        event,
        E::MessageReceived(_)
            | E::MessageSent(_)
            | E::CallLogged(_)
            | E::Assigned(_)
            | E::Unassigned(_)
            | E::Appointed(_)
            | E::Redated(_)
            | E::Merged(_)
            | E::Unmerged(_)
    );
    of_work || entered(event).is_some()
}

fn author(party: Party) -> Option<ManagerId> {
    match party {
        Party::Manager(manager) => Some(manager),
        _ => None,
    }
}

fn caller(event: &E) -> Option<ManagerId> {
    match event {
        E::CallLogged(call) => call.manager_id,
        _ => None,
    }
}
