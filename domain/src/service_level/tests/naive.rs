//! Random histories against the most naive reckoning: a look at every second.

use proptest::prelude::*;

use super::*;
use crate::{
    calendar::{Calendar, OpenSpan, Weekday, tests::open_seconds},
    consultation::{
        Appointed, CallDirection, CallLogged, CallOutcome, ConsultationEvent as E, HandoverAccepted,
        HandoverRequested, HandoverReturned, MessageReceived, MessageSent, Party, PriorityChanged, PutOnHold,
        ReopenTo, Reopened, Resolved, Resumed, Status, WaitingForClientStarted,
    },
    id::{CallId, HandoverId, ManagerId, MessageId},
    service_level::{Clock, ClockKind, ClockState, EntryKind, Outcomes, clocks, outcomes},
    workspace::CalendarPublished,
};

/// How long a history is followed, in seconds.
const LENGTH: i64 = 30_000;

/// What the naive reckoning knows of a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Counted {
    kind: ClockKind,
    subject: Option<Uuid>,
    state: ClockState,
    used: i64,
    counts_from: i64,
    window_from: i64,
    target: Option<i64>,
    ever: bool,
    warned: Option<i64>,
    breached: Option<i64>,
    ended: Option<i64>,
}

/// A world to reckon in: tables and calendars by version, and what happened, in the order of the log.
#[derive(Debug, Clone)]
struct World {
    start: i64,
    tables: Vec<SlaTable>,
    calendars: Vec<Calendar>,
    story: Vec<(i64, E)>,
}

impl World {
    fn table(&self, now: i64) -> SlaTable {
        let holding = self.tables.iter().filter(|table| table.effective_from.timestamp() <= now);
        holding.max_by_key(|table| table.version).cloned().unwrap_or_else(SlaTable::standard)
    }

    fn calendar(&self, now: i64) -> Option<usize> {
        let holding = |place: &usize| self.calendars[*place].effective_from.timestamp() <= now;
        let places = 0..self.calendars.len();
        places
            .clone()
            .filter(holding)
            .max_by_key(|place| self.calendars[*place].version)
            .or_else(|| places.min_by_key(|place| self.calendars[*place].effective_from))
    }

    /// Looks at every second, the last one included.
    #[expect(
        clippy::too_many_lines,
        reason = "naive on purpose: everything in one loop, in the order of time"
    )]
    fn count(&self) -> Vec<Counted> {
        let end = self.start + LENGTH;
        let open: Vec<_> = self.calendars.iter().map(|one| open_seconds(one, self.start, end + 1)).collect();
        let mut story: Vec<_> = self.story.iter().map(|(at, event)| ((*at).max(self.start), event)).collect();
        story.sort_by_key(|(at, _)| *at);
        let mut clocks: Vec<Counted> = vec![];
        let (mut priority, mut status) = (Priority::Normal, Status::Queued);
        let (mut responded, mut unanswered) = (false, false);
        for now in self.start..=end {
            let table = self.table(now);
            let begin = |kind, subject, window: Option<(i64, i64)>| Counted {
                kind,
                subject,
                state: ClockState::Running,
                used: 0,
                counts_from: window.map_or(now, |(_, until)| until),
                window_from: window.map_or(now, |(from, _)| from),
                target: None,
                ever: false,
                warned: None,
                breached: None,
                ended: None,
            };
            let end_all = |clocks: &mut Vec<Counted>, kinds: &[ClockKind], subject: Option<Uuid>, state| {
                for clock in clocks.iter_mut().filter(|clock| clock.ended.is_none()) {
                    if kinds.contains(&clock.kind) && (subject.is_none() || clock.subject == subject) {
                        (clock.state, clock.ended) = (state, Some(now));
                    }
                }
            };
            refresh(&mut clocks, &table, priority);
            for (_, event) in story.iter().filter(|(at, _)| *at == now) {
                let was_open = status.is_open();
                match event {
                    E::ConsultationOpened(opened) => {
                        priority = opened.priority;
                        clocks.push(begin(ClockKind::FirstResponse, None, None));
                        clocks.push(begin(ClockKind::Resolution, None, None));
                    }
                    E::PriorityChanged(changed) => priority = changed.to,
                    E::PutOnHold(_) => status = Status::OnHold,
                    E::WaitingForClientStarted(_) => status = Status::WaitingForClient,
                    E::Resumed(_) => status = Status::InProgress,
                    E::Resolved(_) => status = Status::Resolved,
                    E::Reopened(_) => status = Status::Queued,
                    E::MessageReceived(_) => unanswered = true,
                    E::MessageSent(sent) => {
                        let counts = sent.author.is_manager()
                            || clocks.iter().any(|clock| {
                                clock.ended.is_none()
                                    && matches!(
                                        clock.kind,
                                        ClockKind::FirstResponse | ClockKind::NextResponse
                                    )
                                    && table.rules.iter().any(|rule| rule.bots_respond)
                            });
                        if counts {
                            (responded, unanswered) = (true, false);
                            let kinds = [ClockKind::FirstResponse, ClockKind::NextResponse];
                            end_all(&mut clocks, &kinds, None, ClockState::Fulfilled);
                        }
                    }
                    E::HandoverRequested(requested) if status.is_open() => {
                        let subject = Some(requested.handover_id.uuid());
                        clocks.push(begin(ClockKind::HandoverAcceptance, subject, None));
                    }
                    E::HandoverAccepted(accepted) => {
                        let subject = Some(accepted.handover_id.uuid());
                        end_all(
                            &mut clocks,
                            &[ClockKind::HandoverAcceptance],
                            subject,
                            ClockState::Fulfilled,
                        );
                    }
                    E::HandoverReturned(returned) => {
                        let subject = Some(returned.handover_id.uuid());
                        end_all(
                            &mut clocks,
                            &[ClockKind::HandoverAcceptance],
                            subject,
                            ClockState::Cancelled,
                        );
                    }
                    E::Appointed(appointed) => {
                        end_all(&mut clocks, &[ClockKind::Callback], None, ClockState::Cancelled);
                        if status.is_open() {
                            let window =
                                (appointed.appointed_for.timestamp(), appointed.appointed_until.timestamp());
                            clocks.push(begin(ClockKind::Callback, None, Some(window)));
                        }
                    }
                    E::CallLogged(call) => {
                        let kept = clocks.iter().any(|clock| {
                            clock.kind == ClockKind::Callback
                                && clock.ended.is_none()
                                && (call.outcome == CallOutcome::Answered
                                    || (call.direction == CallDirection::Outbound
                                        && call.outcome != CallOutcome::Failed
                                        && now >= clock.window_from))
                        });
                        if kept {
                            end_all(&mut clocks, &[ClockKind::Callback], None, ClockState::Fulfilled);
                        }
                    }
                    _ => {}
                }
                if was_open && !status.is_open() {
                    end_all(&mut clocks, &[ClockKind::Resolution], None, ClockState::Fulfilled);
                    end_all(&mut clocks, &ClockKind::ALL, None, ClockState::Cancelled);
                }
                if !was_open && status.is_open() {
                    for clock in clocks.iter_mut().filter(|clock| clock.kind == ClockKind::Resolution) {
                        (clock.state, clock.ended) = (ClockState::Running, None);
                    }
                    if !responded {
                        clocks.push(begin(ClockKind::FirstResponse, None, None));
                    }
                }
                let waits = clocks.iter().any(|clock| {
                    clock.ended.is_none()
                        && matches!(clock.kind, ClockKind::FirstResponse | ClockKind::NextResponse)
                });
                if status.is_open() && responded && unanswered && !waits {
                    clocks.push(begin(ClockKind::NextResponse, None, None));
                }
                refresh(&mut clocks, &table, priority);
            }
            let rule = naive_rule(&table, priority);
            let counts = match rule.and_then(|rule| rule.calendar.as_ref()).and_then(|_| self.calendar(now)) {
                Some(place) => open[place][usize::try_from(now - self.start).expect("inside")],
                None => true,
            };
            for clock in clocks.iter_mut().filter(|clock| clock.ended.is_none()) {
                let stands = !matches!(clock.kind, ClockKind::HandoverAcceptance | ClockKind::Callback)
                    && rule.is_some_and(|rule| rule.pause_in.contains(&status));
                clock.state = if stands { ClockState::Paused } else { ClockState::Running };
                if stands || now < clock.counts_from {
                    continue;
                }
                if let (None, Some(target)) = (clock.breached, clock.target) {
                    let warn = rule.and_then(|rule| rule.warn_percent);
                    if clock.used >= target {
                        clock.breached = Some(now);
                    } else if warn.is_some_and(|percent| clock.used >= target / 100 * i64::from(percent)) {
                        clock.warned.get_or_insert(now);
                    }
                }
                if now < end {
                    clock.used += i64::from(counts);
                }
            }
        }
        clocks.retain(|clock| clock.ever);
        clocks
    }

    /// The same from the fold, in the same terms.
    fn folded(&self) -> Vec<Counted> {
        let time = |second| DateTime::from_timestamp(second, 0).expect("a time");
        let mut rules = Rules::default();
        for calendar in self.calendars.clone() {
            rules.push(&WorkspaceEvent::CalendarPublished(CalendarPublished { calendar }), time(0));
        }
        for table in self.tables.clone() {
            rules.push(&WorkspaceEvent::SlaPoliciesPublished(SlaPoliciesPublished { table }), time(0));
        }
        let facts = facts(self.story.iter().map(|(at, event)| (time(*at), event.clone())));
        let found = clocks(&facts, &rules, time(self.start + LENGTH));
        assert_outcomes(&found, &outcomes(&facts, &rules, time(self.start + LENGTH)));
        let seconds = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
        found
            .into_iter()
            .map(|clock| {
                let warned = clock.ledger.iter().find(|entry| entry.kind == EntryKind::Warned);
                Counted {
                    kind: clock.kind,
                    subject: clock.subject,
                    state: clock.state,
                    used: clock.used.num_seconds(),
                    counts_from: 0,
                    window_from: 0,
                    target: clock.terms.target.map(|target| target.num_seconds()),
                    ever: true,
                    warned: seconds(warned.map(|entry| entry.at)),
                    breached: seconds(clock.breached_at),
                    ended: seconds(clock.ended_at),
                }
            })
            .collect()
    }
}

/// What came out is what the clocks say.
fn assert_outcomes(clocks: &[Clock], outcomes: &Outcomes) {
    let mut decided = outcomes.decided.iter();
    for clock in clocks {
        let kept = clock.state == ClockState::Fulfilled && clock.terms.target.is_some();
        if clock.breached_at.is_none() && !kept {
            continue;
        }
        let outcome = decided.next().expect("an outcome of each clock that is decided");
        let at = clock.breached_at.or(clock.ended_at);
        assert_eq!((outcome.kind, outcome.number, Some(outcome.at)), (clock.kind, clock.number, at));
        assert_eq!(outcome.is_met, clock.breached_at.is_none());
        assert_eq!(outcome.activated, clock.ledger[0].version);
        let breach = clock.ledger.iter().find(|entry| entry.kind == EntryKind::Breached);
        let late = breach.map_or(TimeDelta::zero(), |breach| clock.used - breach.used);
        assert_eq!(outcome.late, late);
    }
    assert_eq!(decided.next(), None);
    let undecided = clocks.iter().any(|clock| {
        matches!(clock.state, ClockState::Running | ClockState::Paused)
            && clock.breached_at.is_none()
            && clock.terms.target.is_some()
    });
    assert_eq!(outcomes.is_undecided, undecided);
}

fn naive_rule(table: &SlaTable, priority: Priority) -> Option<&SlaRule> {
    table
        .rules
        .iter()
        .find(|rule| rule.when.priorities.is_empty() || rule.when.priorities.contains(&priority))
}

/// Gives every clock that has not ended the target that holds now.
fn refresh(clocks: &mut [Counted], table: &SlaTable, priority: Priority) {
    let rule = naive_rule(table, priority);
    for clock in clocks.iter_mut().filter(|clock| clock.ended.is_none()) {
        clock.target = rule.and_then(|rule| rule.targets.of(clock.kind)).map(i64::from);
        clock.ever |= clock.target.is_some();
    }
}

fn event(choice: u8, at: i64, ahead: i64) -> E {
    let time = |second| DateTime::from_timestamp(second, 0).expect("a time");
    let handover_id = HandoverId(Uuid::from_u128(u128::from(choice % 2)));
    let manager_id = ManagerId(Uuid::nil());
    let sent = |author| {
        E::MessageSent(MessageSent {
            message_id: MessageId(Uuid::nil()),
            channel: Channel::Site,
            author,
            text: "a".into(),
            attachments: vec![],
            in_reply_to: None,
            handover_id: None,
            is_first_response: false,
            is_handover_first_response: false,
        })
    };
    let call = |direction, outcome| {
        E::CallLogged(CallLogged {
            call_id: CallId(Uuid::nil()),
            direction,
            outcome,
            started_at: time(at),
            wait_seconds: None,
            duration_seconds: None,
            manager_id: None,
            phone: None,
            recording: None,
            redate_id: None,
            attempt: 1,
        })
    };
    let from = Status::Queued;
    let changed = |to| E::PriorityChanged(PriorityChanged { from: Priority::Normal, to });
    match choice {
        0 | 1 => sent(Party::Manager(manager_id)),
        2 => sent(Party::Bot),
        3..=5 => E::MessageReceived(MessageReceived {
            message_id: MessageId(Uuid::nil()),
            channel: Channel::Site,
            text: "a".into(),
            attachments: vec![],
            in_reply_to: None,
        }),
        6 => E::PutOnHold(PutOnHold { from, reason: None, until: None }),
        7 => E::WaitingForClientStarted(WaitingForClientStarted { from, reason: None }),
        8 | 9 => E::Resumed(Resumed { from }),
        10 | 11 => {
            E::Resolved(Resolved { from, resolution: None, code: None, assignee: None, resolved_by: None })
        }
        12 | 13 => E::Reopened(Reopened { from, to: ReopenTo::Queued, reason: None, assignee: None }),
        14 | 15 => E::HandoverRequested(HandoverRequested {
            handover_id,
            requested_by: Party::Bot,
            reason: None,
            to_team: None,
            to_manager: None,
            from_assignee: None,
        }),
        16 | 17 => E::HandoverAccepted(HandoverAccepted { handover_id, manager_id }),
        18 => E::HandoverReturned(HandoverReturned {
            handover_id,
            returned_by: None,
            accepted_by: None,
            reason: None,
        }),
        19 | 20 => E::Appointed(Appointed {
            appointed_for: time(at + ahead),
            appointed_until: time(at + ahead + ahead / 3),
            previous: None,
        }),
        21 => call(CallDirection::Outbound, CallOutcome::NoAnswer),
        22 => call(CallDirection::Inbound, CallOutcome::Answered),
        23 => call(CallDirection::Outbound, CallOutcome::Failed),
        24 => changed(Priority::Urgent),
        _ => changed(Priority::Low),
    }
}

fn rules(seconds: u32, calendar: bool, pause: bool, bots: bool) -> Vec<SlaRule> {
    let desk = calendar.then(|| "desk".to_owned());
    let targets = SlaTargets {
        first_response: Some(seconds),
        next_response: Some(seconds * 2),
        handover_acceptance: Some(seconds),
        callback: Some(seconds / 1_000 * 100),
        resolution: Some(seconds * 4),
    };
    let pause_in = if pause { vec![Status::WaitingForClient, Status::OnHold] } else { vec![Status::OnHold] };
    let usual = SlaRule {
        calendar: desk,
        pause_in,
        bots_respond: bots,
        warn_percent: Some(75),
        ..rule("usual", targets)
    };
    let urgent = SlaRule {
        key: "urgent".into(),
        when: SlaCondition { priorities: vec![Priority::Urgent], ..SlaCondition::default() },
        calendar: None,
        targets: SlaTargets { resolution: Some(seconds), next_response: None, ..targets },
        ..usual.clone()
    };
    let low = SlaRule {
        key: "low".into(),
        when: SlaCondition { priorities: vec![Priority::Low], ..SlaCondition::default() },
        targets: SlaTargets { first_response: Some(seconds * 3), ..SlaTargets::default() },
        ..usual.clone()
    };
    vec![urgent, low, usual]
}

fn worlds() -> impl Strategy<Value = World> {
    // Around the changes of clocks in Berlin in spring and autumn, and a plain day.
    let starts = prop::sample::select(vec![1_774_735_200_i64, 1_792_878_000, 1_780_000_000]);
    let events = prop::collection::vec((0_u8..26, 0_i64..LENGTH, 60_i64..6_000, -4_000_i64..1_000), 0..24);
    let tables = prop::collection::vec(
        (-5_000_i64..LENGTH, 1_u32..60, any::<bool>(), any::<bool>(), any::<bool>()),
        0..3,
    );
    let calendars = prop::collection::vec((-5_000_i64..LENGTH, 0_u16..700, 60_u16..700), 1..3);
    (starts, events, tables, calendars).prop_map(|(start, events, tables, calendars)| {
        let time = |second| DateTime::from_timestamp(second, 0).expect("a time");
        let mut moment = start;
        let mut story = vec![(start, opened(Priority::Normal))];
        let mut sorted = events;
        sorted.sort_by_key(|(_, at, _, _)| *at);
        for (choice, at, ahead, late) in sorted {
            // Some are learned later than others that happened after them.
            moment = start + at + if late < 0 { late / 2 } else { 0 };
            story.push((moment, event(choice, moment.max(start), ahead)));
        }
        let _ = moment;
        let tables =
            tables.into_iter().zip(1..).map(|((from, hundreds, calendar, pause, bots), version)| SlaTable {
                version,
                effective_from: time(start + from),
                rules: rules(hundreds * 100, calendar, pause, bots),
            });
        let calendars = calendars.into_iter().zip(1..).map(|((effective, from, length), version)| Calendar {
            key: "desk".into(),
            version,
            effective_from: time(start + effective),
            time_zone: "Europe/Berlin".into(),
            week: Weekday::ALL
                .into_iter()
                .flat_map(|weekday| {
                    let until = from + length;
                    let night = (until + 17..1_440).contains(&1_380).then_some(OpenSpan {
                        weekday,
                        from: 1_380,
                        until: 1_440,
                    });
                    [Some(OpenSpan { weekday, from, until }), night].into_iter().flatten()
                })
                .collect(),
            holidays: vec![],
        });
        World { start, tables: tables.collect(), calendars: calendars.collect(), story }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn clocks_are_what_a_look_at_every_second_counts(world in worlds()) {
        let mut counted = world.count();
        for clock in &mut counted {
            (clock.counts_from, clock.window_from) = (0, 0);
        }
        prop_assert_eq!(world.folded(), counted);
    }
}
