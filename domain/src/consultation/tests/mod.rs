//! The rules of a consultation, command by command: given / when / then.

mod appointment;
mod assignment;
mod call;
mod details;
mod fact;
mod handover;
mod handover_end;
mod invariants;
mod labels;
mod lifecycle;
mod lifecycle_end;
mod merge;
mod message;
mod note;
mod opening;
mod random;
mod rating;
mod redate;
mod reference;
mod upcast;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    Assigned, Cancelled, Channel, Closed, Consultation, ConsultationCommand as Command,
    ConsultationEvent as Event, ConsultationOpened, HandoverAccepted, HandoverOffered, HandoverRequested,
    Hold, Merged, Party, Priority, PutOnHold, Resolved, Started, Status, WaitForClient,
    WaitingForClientStarted,
};
use crate::{
    id::{ClientId, ConsultationId, HandoverId, ManagerId},
    testing::{ACTING_MANAGER, MONDAY_NINE, given},
};

const CLIENT: ClientId = ClientId(Uuid::from_u128(0xc1));
const ANNA: ManagerId = ManagerId(Uuid::from_u128(0xa1));
const BORIS: ManagerId = ManagerId(Uuid::from_u128(0xb1));
const ITSELF: ConsultationId = ConsultationId(Uuid::from_u128(0x10));
const OTHER: ConsultationId = ConsultationId(Uuid::from_u128(0x20));
const HANDOVER: HandoverId = HandoverId(Uuid::from_u128(0x40));

/// Some id of its own for each number.
fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(number))
}

fn hours(hours: i64) -> DateTime<Utc> {
    MONDAY_NINE + TimeDelta::hours(hours)
}

/// A time that nobody means.
fn year_9999() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap()
}

fn opening() -> ConsultationOpened {
    ConsultationOpened {
        client_id: Some(CLIENT),
        topic: "The printer is on fire".into(),
        description: None,
        channel: Channel::Site,
        priority: Priority::Normal,
        language: None,
        team: None,
        tags: vec![],
        catalog: vec![],
        attributes: super::Attributes::new(),
    }
}

fn queued() -> Vec<Event> {
    vec![Event::ConsultationOpened(opening())]
}

fn assigned_to(manager: ManagerId) -> Event {
    Event::Assigned(Assigned {
        assignee: Some(manager),
        team: None,
        from_assignee: None,
        from_team: None,
        reason: None,
        is_open: true,
    })
}

/// In Anna's hands.
fn in_progress() -> Vec<Event> {
    let started = Event::Started(Started { from: Status::Queued, assignee: Some(ANNA) });
    after(queued(), [assigned_to(ANNA), started])
}

fn waiting() -> Vec<Event> {
    let waiting = WaitingForClientStarted { from: Status::InProgress, reason: None };
    after(in_progress(), [Event::WaitingForClientStarted(waiting)])
}

fn on_hold() -> Vec<Event> {
    let hold = PutOnHold { from: Status::InProgress, reason: None, until: Some(hours(24)) };
    after(in_progress(), [Event::PutOnHold(hold)])
}

fn resolved() -> Vec<Event> {
    after(in_progress(), [resolved_by(ANNA)])
}

fn resolved_by(manager: ManagerId) -> Event {
    Event::Resolved(Resolved {
        from: Status::InProgress,
        resolution: None,
        code: None,
        assignee: Some(manager),
        resolved_by: Some(manager),
    })
}

fn closed() -> Vec<Event> {
    after(resolved(), [Event::Closed(Closed { assignee: Some(ANNA) })])
}

fn cancelled() -> Vec<Event> {
    let cancelled = Cancelled { from: Status::InProgress, reason: None, assignee: Some(ANNA) };
    after(in_progress(), [Event::Cancelled(cancelled)])
}

fn merged() -> Vec<Event> {
    let merged = Merged { into: OTHER, from: Status::InProgress, assignee: Some(ANNA) };
    after(in_progress(), [Event::Merged(merged)])
}

/// Every status with a consultation that has it.
fn each_status() -> [(Status, Vec<Event>); 7] {
    [
        (Status::Queued, queued()),
        (Status::InProgress, in_progress()),
        (Status::WaitingForClient, waiting()),
        (Status::OnHold, on_hold()),
        (Status::Resolved, resolved()),
        (Status::Closed, closed()),
        (Status::Cancelled, cancelled()),
    ]
}

fn requested(events: Vec<Event>) -> Vec<Event> {
    let requested = HandoverRequested {
        handover_id: HANDOVER,
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
        from_assignee: None,
    };
    after(events, [Event::HandoverRequested(requested)])
}

/// Offered to Boris until the afternoon.
fn offered(events: Vec<Event>) -> Vec<Event> {
    let offered = HandoverOffered { handover_id: HANDOVER, manager_id: BORIS, expires_at: Some(hours(4)) };
    after(requested(events), [Event::HandoverOffered(offered)])
}

/// In Boris' hands.
fn accepted(events: Vec<Event>) -> Vec<Event> {
    let accepted = HandoverAccepted { handover_id: HANDOVER, manager_id: BORIS };
    after(requested(events), [Event::HandoverAccepted(accepted), assigned_to(BORIS)])
}

fn after(mut events: Vec<Event>, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    events.extend(more);
    events
}

/// The command is refused before the opening.
#[track_caller]
fn needs_a_consultation(command: &Command) {
    given::<Consultation>([]).when(command.clone()).then_rejected("consultation_not_found");
}

/// The command is work: refused before the opening, after the end, and after a merge.
#[track_caller]
fn is_work(command: &Command) {
    needs_a_consultation(command);
    belongs_into_the_other_after_a_merge(command);
    given::<Consultation>(closed()).when(command.clone()).then_rejected("consultation_closed");
    given::<Consultation>(cancelled()).when(command.clone()).then_rejected("consultation_closed");
}

#[track_caller]
fn belongs_into_the_other_after_a_merge(command: &Command) {
    given::<Consultation>(merged()).when(command.clone()).then_rejected("consultation_merged");
}

/// The lifecycle allows the command from these statuses only; where it holds already, it changes nothing.
#[track_caller]
fn is_a_step(command: &Command, from: &[Status], nothing_in: Option<Status>) {
    needs_a_consultation(command);
    belongs_into_the_other_after_a_merge(command);
    for (status, events) in each_status() {
        let then = given::<Consultation>(events).when(command.clone());
        if from.contains(&status) {
            then.then_something();
        } else if nothing_in == Some(status) {
            then.then_nothing();
        } else if matches!(status, Status::Closed | Status::Cancelled) {
            then.then_rejected("consultation_closed");
        } else {
            then.then_rejected("illegal_transition");
        }
    }
}

fn wait_for_client() -> Command {
    Command::WaitForClient(WaitForClient { reason: None })
}

fn hold_until(until: DateTime<Utc>) -> Command {
    Command::Hold(Hold { reason: None, until: Some(until) })
}
