use ledgerdesk_domain::{
    consultation::{
        AcceptHandover, Cancel, ConsultationCommand as C, Party, Reopen, RequestHandover, ReturnHandover,
        Unassign, Unmerge,
    },
    manager::{ChangeAvailability, DeactivateManager, EraseManager, ManagerCommand, RegisterManager},
};

use super::*;
use crate::testing::{Story, assign, at, id, merge, open, resolve};

/// Open consultations, open handovers, resolved.
fn load(story: &Story, manager: u128) -> (i32, i32, i32) {
    let row = story.row(&Managers, manager);
    (row.open_consultation_count, row.open_handover_count, row.resolved_count)
}

fn held() -> Story {
    Story::default().by_manager(77).consultation(1, open(None, "a")).consultation(1, assign(77))
}

fn take_over() -> Story {
    Story::default()
        .by_manager(77)
        .consultation(1, open(None, "a"))
        .consultation(1, assign(70))
        .consultation(
            1,
            C::RequestHandover(RequestHandover {
                handover_id: id(31),
                requested_by: Party::Bot,
                reason: None,
                to_team: None,
                to_manager: None,
            }),
        )
        .consultation(1, C::AcceptHandover(AcceptHandover { handover_id: id(31), manager_id: id(77) }))
}

#[test]
fn a_manager_whom_nobody_registered_has_a_load_but_no_capacity() {
    let row = held().row(&Managers, 77);
    assert_eq!((row.open_consultation_count, row.capacity, row.active), (1, 0, false));
    assert_eq!((row.registered_at, row.first_seen_at), (None, at(1)));
}

#[test]
fn the_load_moves_with_the_assignment() {
    let story = held().consultation(1, assign(78));
    assert_eq!((load(&story, 77), load(&story, 78)), ((0, 0, 0), (1, 0, 0)));
    let story = story.consultation(1, C::Unassign(Unassign { reason: None }));
    assert_eq!(load(&story, 78), (0, 0, 0));
}

#[test]
fn what_is_resolved_is_nobodys_load_whoever_gets_it() {
    let story = held().consultation(1, resolve());
    assert_eq!(load(&story, 77), (0, 0, 1));
    let story = story.consultation(1, assign(78));
    assert_eq!(load(&story, 77), (0, 0, 1));
    let story = story.consultation(1, C::Reopen(Reopen { to: None, reason: None }));
    assert_eq!((load(&story, 77), load(&story, 78)), ((0, 0, 1), (1, 0, 0)));
    let story = story.consultation(1, C::Cancel(Cancel { reason: None }));
    assert_eq!(load(&story, 78), (0, 0, 0));
}

#[test]
fn a_merge_takes_the_load_and_an_unmerge_gives_it_back() {
    let story = held().consultation(2, open(None, "b")).consultation(1, merge(1, 2));
    assert_eq!(load(&story, 77), (0, 0, 0));
    assert_eq!(load(&story.consultation(1, C::Unmerge(Unmerge)), 77), (1, 0, 0));
}

#[test]
fn an_accepted_handover_is_load_until_it_ends() {
    let story = take_over();
    assert_eq!((load(&story, 70), load(&story, 77)), ((0, 0, 0), (1, 1, 0)));
    let give_back = C::ReturnHandover(ReturnHandover { handover_id: id(31), reason: None });
    assert_eq!(load(&story.consultation(1, give_back), 77), (0, 0, 0));
    assert_eq!(load(&take_over().consultation(1, resolve()), 77), (0, 0, 1));
}

#[test]
fn a_manager_comes_works_leaves_and_is_forgotten() {
    let register = ManagerCommand::RegisterManager(RegisterManager {
        name: "Olga".to_owned(),
        email: Some("olga@example.org".to_owned()),
        team: Some("first".to_owned()),
        skills: vec!["printers".to_owned()],
        capacity: 5,
        references: Vec::new(),
    });
    let online =
        ManagerCommand::ChangeAvailability(ChangeAvailability { availability: Availability::Online });
    let story = Story::default().manager(77, register).manager(77, online);
    let here = story.row(&Managers, 77);
    assert_eq!((here.name.as_deref(), here.capacity, here.active), (Some("Olga"), 5, true));
    assert_eq!(here.availability, Availability::Online);

    let gone = story
        .manager(77, ManagerCommand::DeactivateManager(DeactivateManager))
        .manager(77, ManagerCommand::EraseManager(EraseManager { persons: vec![id(77)] }))
        .row(&Managers, 77);
    assert_eq!((gone.active, gone.availability), (false, Availability::Offline));
    assert_eq!((gone.name, gone.email, gone.erased_at), (None, None, Some(at(3))));
    assert_eq!(gone.team.as_deref(), Some("first"));
}
