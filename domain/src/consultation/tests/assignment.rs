use super::*;
use crate::{
    consultation::{Assign, Unassign, Unassigned},
    text::LONG_TEXT,
};

fn assign(assignee: Option<ManagerId>, team: Option<&str>) -> Assign {
    Assign { assignee, team: team.map(str::to_owned), reason: None }
}

fn unassign() -> Command {
    Command::Unassign(Unassign { reason: Some("Ill.".into()) })
}

#[test]
fn a_manager_and_a_team_become_responsible_once() {
    given::<Consultation>(queued())
        .when(Command::Assign(Assign {
            reason: Some("Knows fire.".into()),
            ..assign(Some(ANNA), Some(" Fire "))
        }))
        .then([Event::Assigned(Assigned {
            assignee: Some(ANNA),
            team: Some("Fire".into()),
            from_assignee: None,
            from_team: None,
            reason: Some("Knows fire.".into()),
            is_open: true,
        })])
        .when(Command::Assign(assign(Some(ANNA), Some("Fire"))))
        .then_nothing();
}

#[test]
fn what_is_not_named_stays() {
    given::<Consultation>(in_progress())
        .when(Command::Assign(assign(None, Some("Fire"))))
        .then([Event::Assigned(Assigned {
            assignee: Some(ANNA),
            team: Some("Fire".into()),
            from_assignee: Some(ANNA),
            from_team: None,
            reason: None,
            is_open: true,
        })])
        .when(Command::Assign(assign(Some(BORIS), None)))
        .then([Event::Assigned(Assigned {
            assignee: Some(BORIS),
            team: Some("Fire".into()),
            from_assignee: Some(ANNA),
            from_team: Some("Fire".into()),
            reason: None,
            is_open: true,
        })]);
}

#[test]
fn an_assignment_names_somebody() {
    given::<Consultation>(queued())
        .when(Command::Assign(assign(None, Some(" "))))
        .then_rejected_at("empty", "assignee");
}

#[test]
fn an_assignment_has_its_limits() {
    given::<Consultation>(queued())
        .when(Command::Assign(assign(None, Some("a\0"))))
        .then_rejected_at("nul_character", "team")
        .when(Command::Assign(Assign { reason: Some("a".repeat(LONG_TEXT + 1)), ..assign(Some(ANNA), None) }))
        .then_rejected_at("too_long", "reason");
}

#[test]
fn assigning_is_work() {
    is_work(&Command::Assign(assign(Some(BORIS), None)));
}

#[test]
fn the_manager_gives_it_back_once() {
    given::<Consultation>(in_progress())
        .when(unassign())
        .then([Event::Unassigned(Unassigned {
            from_assignee: ANNA,
            reason: Some("Ill.".into()),
            is_open: true,
        })])
        .when(unassign())
        .then_nothing();
}

#[test]
fn unassigning_is_work() {
    is_work(&unassign());
    given::<Consultation>(queued())
        .when(Command::Unassign(Unassign { reason: Some("\0".into()) }))
        .then_rejected_at("nul_character", "reason");
}
