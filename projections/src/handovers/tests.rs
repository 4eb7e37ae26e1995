use ledgerdesk_domain::consultation::{
    AcceptHandover, Cancel, ConsultationCommand as C, DeclineHandover, ExpireHandover, OfferHandover, Party,
    RequestHandover, ResolveHandover, ReturnHandover,
};

use super::*;
use crate::testing::{Story, assign, at, id, open, send};

fn requested() -> Story {
    Story::default().consultation(1, open(Some(7), "Printer")).consultation(1, assign(70)).consultation(
        1,
        C::RequestHandover(RequestHandover {
            handover_id: id(31),
            requested_by: Party::Manager(id(70)),
            reason: Some("too hard for me".to_owned()),
            to_team: Some("second".to_owned()),
            to_manager: None,
        }),
    )
}

fn offer(manager: u128, expires: i64) -> C {
    let expires_at = Some(at(expires));
    C::OfferHandover(OfferHandover { handover_id: id(31), manager_id: id(manager), expires_at })
}

fn accept(manager: u128) -> C {
    C::AcceptHandover(AcceptHandover { handover_id: id(31), manager_id: id(manager) })
}

#[test]
fn a_request_says_who_asked_whom_and_why() {
    let row = requested().row(&Handovers, 31);
    assert_eq!((row.state, row.requested_at), (State::Requested, at(2)));
    assert_eq!((row.requested_by_kind, row.requested_by_id), (ActorKind::Manager, Some(id(70))));
    assert_eq!((row.from_assignee, row.to_team.as_deref()), (Some(id(70)), Some("second")));
    assert_eq!((row.reason.as_deref(), row.consultation_id), (Some("too hard for me"), id(1)));
}

#[test]
fn the_way_to_its_end_is_kept_with_who_and_when() {
    let row = requested()
        .by_manager(77)
        .consultation(1, offer(77, 60))
        .consultation(1, accept(77))
        .consultation(1, send(41, Party::Bot))
        .consultation(1, send(42, Party::Manager(id(77))))
        .consultation(1, send(43, Party::Manager(id(77))))
        .consultation(1, C::ResolveHandover(ResolveHandover { handover_id: id(31) }))
        .row(&Handovers, 31);
    assert_eq!((row.offered_to, row.offered_at, row.offer_count), (Some(id(77)), Some(at(3)), 1));
    assert_eq!((row.assigned_to, row.accepted_at), (Some(id(77)), Some(at(4))));
    assert_eq!(row.first_response_at, Some(at(6)), "the first of a person, not of the bot");
    assert_eq!((row.resolved_by, row.resolved_at), (Some(id(77)), Some(at(8))));
    assert_eq!(
        (row.state, row.outcome, row.expires_at),
        (State::Resolved, Some(HandoverOutcome::Done), None)
    );
}

#[test]
fn a_declined_offer_goes_back_to_waiting_and_is_counted() {
    let reason = Some("on a call".to_owned());
    let decline = C::DeclineHandover(DeclineHandover { handover_id: id(31), manager_id: id(77), reason });
    let row = requested().consultation(1, offer(77, 60)).consultation(1, decline).row(&Handovers, 31);
    assert_eq!((row.state, row.decline_count, row.expires_at), (State::Requested, 1, None));
    assert_eq!(row.decline_reason.as_deref(), Some("on a call"));
}

#[test]
fn what_nobody_took_in_time_has_expired() {
    let expire = C::ExpireHandover(ExpireHandover { handover_id: id(31) });
    let row =
        requested().consultation(1, offer(77, 60)).at_minute(60).consultation(1, expire).row(&Handovers, 31);
    assert_eq!((row.state, row.expired_at, row.expires_at), (State::Expired, Some(at(60)), None));
}

#[test]
fn what_was_given_back_says_by_whom_and_why() {
    let reason = Some("not mine".to_owned());
    let give_back = C::ReturnHandover(ReturnHandover { handover_id: id(31), reason });
    let row =
        requested().by_manager(77).consultation(1, accept(77)).consultation(1, give_back).row(&Handovers, 31);
    assert_eq!((row.state, row.returned_by, row.returned_at), (State::Returned, Some(id(77)), Some(at(4))));
    assert_eq!(row.return_reason.as_deref(), Some("not mine"));
}

#[test]
fn what_falls_away_with_its_consultation_is_dropped() {
    let row = requested().consultation(1, C::Cancel(Cancel { reason: None })).row(&Handovers, 31);
    assert_eq!((row.state, row.outcome), (State::Resolved, Some(HandoverOutcome::Dropped)));
    assert_eq!(row.assigned_to, None);
}
