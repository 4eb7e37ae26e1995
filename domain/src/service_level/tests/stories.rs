//! Stories with their ledgers.

use super::*;
use crate::{
    calendar::{Calendar, OpenSpan, Weekday},
    consultation::{
        ConsultationEvent as E, HandoverAccepted, HandoverOffered, HandoverRequested, MessageReceived,
        MessageSent, Party, PriorityChanged, PutOnHold, ReopenTo, Reopened, Resolved, Resumed,
        ServiceLevelBreached, Status,
    },
    id::{HandoverId, ManagerId, MessageId},
    service_level::{Clock, ClockKind, ClockState, EntryKind, Stage, ahead, clocks},
    workspace::{CalendarPublished, WorkspaceSettingsChanged},
};

const ANNA: ManagerId = ManagerId(Uuid::from_u128(1));
const HANDOVER: HandoverId = HandoverId(Uuid::from_u128(7));

fn wrote(author: Party) -> E {
    E::MessageSent(MessageSent {
        message_id: MessageId(Uuid::nil()),
        channel: Channel::Site,
        author,
        text: "hello".into(),
        attachments: vec![],
        in_reply_to: None,
        handover_id: None,
        is_first_response: false,
        is_handover_first_response: false,
    })
}

fn asked() -> E {
    E::MessageReceived(MessageReceived {
        message_id: MessageId(Uuid::nil()),
        channel: Channel::Site,
        text: "well?".into(),
        attachments: vec![],
        in_reply_to: None,
    })
}

fn resolved() -> E {
    let from = Status::InProgress;
    E::Resolved(Resolved { from, resolution: None, code: None, assignee: None, resolved_by: None })
}

fn requested() -> E {
    E::HandoverRequested(HandoverRequested {
        handover_id: HANDOVER,
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
        from_assignee: None,
    })
}

fn one(clocks: &[Clock], kind: ClockKind) -> &Clock {
    let mut of_kind = clocks.iter().filter(|clock| clock.kind == kind);
    let found = of_kind.next().expect("a clock");
    assert!(of_kind.next().is_none(), "one clock of {kind:?}");
    found
}

fn ledger(clock: &Clock) -> Vec<(EntryKind, String)> {
    clock.ledger.iter().map(|entry| (entry.kind, entry.at.to_rfc3339())).collect()
}

#[test]
fn without_a_table_the_standard_targets_hold() {
    let opening = at("2026-03-02T10:00:00Z");
    let facts = facts([(opening, opened(Priority::Normal)), (opening, requested())]);
    let clocks = clocks(&facts, &Rules::default(), opening);
    let due = |kind| one(&clocks, kind).due_at.expect("a deadline") - opening;
    assert_eq!(due(ClockKind::FirstResponse), TimeDelta::hours(2));
    assert_eq!(due(ClockKind::HandoverAcceptance), TimeDelta::hours(2));
    assert_eq!(due(ClockKind::Resolution), TimeDelta::hours(24));
}

#[test]
fn a_bot_does_not_answer_unless_the_rule_says_so() {
    let (opening, reply) = (at("2026-03-02T10:00:00Z"), at("2026-03-02T10:01:00Z"));
    let facts = facts([(opening, opened(Priority::Normal)), (reply, wrote(Party::Bot))]);
    let state = |rules: &Rules| one(&clocks(&facts, rules, reply), ClockKind::FirstResponse).state;
    let mut rules = Rules::default();
    assert_eq!(state(&rules), ClockState::Running);
    let targets = SlaTargets { first_response: Some(60), ..SlaTargets::default() };
    publish(&mut rules, 1, opening, vec![SlaRule { bots_respond: true, ..rule("bots", targets) }]);
    assert_eq!(state(&rules), ClockState::Fulfilled);
}

#[test]
fn a_late_fact_counts_at_the_time_at_which_it_happened() {
    let opening = at("2026-03-02T10:00:00Z");
    let (reply, learned) = (opening + TimeDelta::hours(1), opening + TimeDelta::hours(5));
    let mut facts = facts([(opening, opened(Priority::Normal))]);
    let before = clocks(&facts, &Rules::default(), learned);
    assert!(one(&before, ClockKind::FirstResponse).breached_at.is_some());
    facts.push(&recorded(1, reply, learned, wrote(Party::Manager(ANNA))));
    let after = clocks(&facts, &Rules::default(), learned);
    let clock = one(&after, ClockKind::FirstResponse);
    assert_eq!((clock.breached_at, clock.ended_at), (None, Some(reply)));
    assert_eq!(clock.used, TimeDelta::hours(1));
}

#[test]
fn a_clock_that_stops_in_the_instant_of_its_deadline_has_kept_it() {
    let opening = at("2026-03-02T10:00:00Z");
    for (late, breached) in [(0, false), (1, true)] {
        let reply = opening + TimeDelta::hours(2) + TimeDelta::microseconds(late);
        let facts = facts([(opening, opened(Priority::Normal)), (reply, wrote(Party::Manager(ANNA)))]);
        let clocks = clocks(&facts, &Rules::default(), reply);
        assert_eq!(one(&clocks, ClockKind::FirstResponse).breached_at.is_some(), breached);
    }
}

/// The worked example of `docs/service-levels.md`.
#[test]
fn the_ledger_says_why_a_resolution_is_late() {
    let mut rules = Rules::default();
    let week = Weekday::ALL[..5].iter().map(|day| OpenSpan { weekday: *day, from: 540, until: 1080 });
    let calendar = Calendar {
        key: "desk".into(),
        version: 1,
        effective_from: at("2026-01-01T00:00:00Z"),
        time_zone: "Europe/Moscow".into(),
        week: week.collect(),
        holidays: vec![],
    };
    let recorded_at = at("2026-01-01T00:00:00Z");
    rules.push(&WorkspaceEvent::CalendarPublished(CalendarPublished { calendar }), recorded_at);
    let resolution = |seconds| SlaTargets { resolution: Some(seconds), ..SlaTargets::default() };
    let desk = |key, seconds| SlaRule {
        calendar: Some("desk".into()),
        pause_in: vec![Status::OnHold],
        warn_percent: Some(75),
        ..rule(key, resolution(seconds))
    };
    let urgent = SlaCondition { priorities: vec![Priority::Urgent], ..SlaCondition::default() };
    let table = vec![SlaRule { when: urgent, ..desk("urgent", 4 * 3_600) }, desk("usual", 8 * 3_600)];
    publish(&mut rules, 1, at("2026-01-01T00:00:00Z"), table);
    // Friday 16:00 in Moscow; on hold from 17:00 to Monday 10:00; urgent from Monday 11:00; resolved at 15:00.
    let (from, until) = (Status::InProgress, None);
    let facts = facts([
        (at("2026-03-06T13:00:00Z"), opened(Priority::Normal)),
        (at("2026-03-06T14:00:00Z"), E::PutOnHold(PutOnHold { from, reason: None, until })),
        (at("2026-03-09T07:00:00Z"), E::Resumed(Resumed { from: Status::OnHold })),
        (
            at("2026-03-09T08:00:00Z"),
            E::PriorityChanged(PriorityChanged { from: Priority::Normal, to: Priority::Urgent }),
        ),
        (at("2026-03-09T12:00:00Z"), resolved()),
    ]);
    let clocks = clocks(&facts, &rules, at("2026-03-10T00:00:00Z"));
    let clock = one(&clocks, ClockKind::Resolution);
    assert_eq!(
        ledger(clock),
        [
            (EntryKind::Activated, "2026-03-06T13:00:00+00:00".to_owned()),
            (EntryKind::Paused, "2026-03-06T14:00:00+00:00".to_owned()),
            (EntryKind::Resumed, "2026-03-09T07:00:00+00:00".to_owned()),
            (EntryKind::PolicyChanged, "2026-03-09T08:00:00+00:00".to_owned()),
            (EntryKind::Warned, "2026-03-09T09:00:00+00:00".to_owned()),
            (EntryKind::Breached, "2026-03-09T10:00:00+00:00".to_owned()),
            (EntryKind::Fulfilled, "2026-03-09T12:00:00+00:00".to_owned()),
        ]
    );
    assert_eq!(clock.used, TimeDelta::hours(6));
    assert_eq!(clock.remaining(), Some(TimeDelta::hours(-2)));
    assert_eq!(clock.terms.rule.as_deref(), Some("urgent"));
}

#[test]
fn a_reopening_continues_the_resolution_and_the_time_in_between_does_not_count() {
    let opening = at("2026-03-02T10:00:00Z");
    let hour = |hours| opening + TimeDelta::hours(hours);
    let reopened = E::Reopened(Reopened {
        from: Status::Resolved,
        to: ReopenTo::InProgress,
        reason: None,
        assignee: None,
    });
    let facts = facts([
        (opening, opened(Priority::Normal)),
        (hour(1), wrote(Party::Manager(ANNA))),
        (hour(20), resolved()),
        (hour(100), asked()),
        (hour(100), reopened),
    ]);
    let found = clocks(&facts, &Rules::default(), hour(101));
    let clock = one(&found, ClockKind::Resolution);
    assert_eq!((clock.state, clock.used), (ClockState::Running, TimeDelta::hours(21)));
    assert_eq!(clock.due_at, Some(hour(104)));
}

#[test]
fn a_table_for_a_time_in_the_past_is_replayed_and_says_since_when() {
    let opening = at("2026-03-02T10:00:00Z");
    let facts = facts([(opening, opened(Priority::Normal))]);
    let mut rules = Rules::default();
    let targets = SlaTargets { resolution: Some(3_600), ..SlaTargets::default() };
    publish(&mut rules, 1, opening + TimeDelta::minutes(90), vec![rule("fast", targets)]);
    let found = clocks(&facts, &rules, opening + TimeDelta::hours(3));
    let clock = one(&found, ClockKind::Resolution);
    let kinds: Vec<_> = clock.ledger.iter().map(|entry| (entry.kind, entry.policy_version)).collect();
    assert_eq!(kinds, [(EntryKind::Activated, 0), (EntryKind::PolicyChanged, 1), (EntryKind::Breached, 1)]);
    assert_eq!(clock.breached_at, Some(opening + TimeDelta::minutes(90)));
}

#[test]
fn what_had_passed_before_anybody_could_know_is_no_news() {
    let opening = at("2016-03-02T10:00:00Z");
    let mut imported = Facts::default();
    imported.push(&recorded(0, opening, at("2026-03-02T10:00:00Z"), opened(Priority::Normal)));
    assert_eq!(ahead(&imported, &Rules::default()).deadlines, []);
    assert!(clocks(&imported, &Rules::default(), at("2026-03-02T10:00:00Z"))[0].breached_at.is_some());

    let live = facts([(opening, opened(Priority::Normal))]);
    let mut stages: Vec<_> =
        ahead(&live, &Rules::default()).deadlines.iter().map(|one| (one.clock, one.stage)).collect();
    stages.sort_unstable();
    let (first, resolution) = (ClockKind::FirstResponse, ClockKind::Resolution);
    let all = [
        (first, Stage::Warn),
        (first, Stage::Breach),
        (resolution, Stage::Warn),
        (resolution, Stage::Breach),
    ];
    assert_eq!(stages, all);
}

#[test]
fn what_was_told_is_not_told_again() {
    let opening = at("2026-03-02T10:00:00Z");
    let due_at = opening + TimeDelta::hours(2);
    let told = E::ServiceLevelBreached(ServiceLevelBreached {
        clock: ClockKind::FirstResponse,
        number: 1,
        handover_id: None,
        due_at,
        target_ms: 7_200_000,
        rule: "standard".into(),
        policy_version: 0,
        assignee: None,
        team: None,
    });
    let facts = facts([(opening, opened(Priority::Normal)), (due_at, told)]);
    let left = ahead(&facts, &Rules::default()).deadlines;
    assert!(left.iter().all(|one| (one.clock, one.stage) != (ClockKind::FirstResponse, Stage::Breach)));
}

#[test]
fn an_offer_runs_out_by_itself_or_by_the_setting_until_somebody_takes_it() {
    let opening = at("2026-03-02T10:00:00Z");
    let offered = |expires_at| {
        E::HandoverOffered(HandoverOffered { handover_id: HANDOVER, manager_id: ANNA, expires_at })
    };
    let expiry = |facts: &Facts, rules: &Rules| {
        let found = ahead(facts, rules).deadlines;
        found.iter().find(|one| one.stage == Stage::HandoverExpiry).map(|one| one.at)
    };
    let mut rules = Rules::default();
    let open = [(opening, opened(Priority::Normal)), (opening, requested())];
    let without = facts(open.clone().into_iter().chain([(opening, offered(None))]));
    assert_eq!(expiry(&without, &rules), None);
    let until = opening + TimeDelta::minutes(5);
    let with = facts(open.into_iter().chain([(opening, offered(Some(until)))]));
    assert_eq!(expiry(&with, &rules), Some(until));
    let settings = WorkspaceSettingsChanged {
        name: None,
        language: None,
        time_zone: None,
        handover_timeout_minutes: Some(30),
    };
    rules.push(&WorkspaceEvent::WorkspaceSettingsChanged(settings), opening);
    assert_eq!(expiry(&without, &rules), Some(opening + TimeDelta::minutes(30)));
    let mut taken = with;
    let accepted = E::HandoverAccepted(HandoverAccepted { handover_id: HANDOVER, manager_id: ANNA });
    taken.push(&recorded(3, opening, opening, accepted));
    assert_eq!(expiry(&taken, &rules), None);
}
