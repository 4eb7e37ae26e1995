//! Whom and what an event names: the objects of an object-centric log.

use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    id::{ClientId, HandoverId, ManagerId},
};
use uuid::Uuid;

/// What kind of thing takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Who asks.
    Client,
    /// A person of the team.
    Manager,
    /// A handover.
    Handover,
    /// A move of the promised time.
    Redate,
    /// A call attempt.
    Call,
    /// A rating.
    Rating,
}

/// How it takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The client of the consultation.
    AskedBy,
    /// A manager who gets or has the work that it tells of.
    Of,
    /// What it is about.
    About,
}

/// Somebody or something that an event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Involved {
    /// What kind of thing.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// How.
    pub role: Role,
}

/// Everybody and everything that the event names, the actor and the consultation aside.
pub(super) fn involved(event: &ConsultationEvent) -> Vec<Involved> {
    use ConsultationEvent as E;
    match event {
        E::ConsultationOpened(opened) => client(opened.client_id),
        E::DetailsChanged(changed) => client(changed.client_id),
        E::Assigned(assigned) => manager(assigned.assignee),
        E::Redated(redated) => about(Kind::Redate, redated.redate_id.uuid(), None),
        E::CallLogged(call) => about(Kind::Call, call.call_id.uuid(), call.manager_id)
            .into_iter()
            .chain(call.redate_id.map(|id| one(Kind::Redate, id.uuid(), Role::About)))
            .collect(),
        E::HandoverRequested(asked) => handover(asked.handover_id, asked.to_manager),
        E::HandoverOffered(offered) => handover(offered.handover_id, Some(offered.manager_id)),
        E::HandoverAccepted(accepted) => handover(accepted.handover_id, Some(accepted.manager_id)),
        E::HandoverDeclined(declined) => handover(declined.handover_id, Some(declined.manager_id)),
        E::HandoverExpired(expired) => handover(expired.handover_id, expired.offered_to),
        E::HandoverResolved(resolved) => handover(resolved.handover_id, resolved.resolved_by),
        E::HandoverReturned(returned) => handover(returned.handover_id, returned.accepted_by),
        E::RatingRequested(asked) => about(Kind::Rating, asked.rating_id.uuid(), asked.attributed_to),
        E::RatingSubmitted(given) => about(Kind::Rating, given.rating_id.uuid(), given.attributed_to),
        E::RatingRevised(revised) => about(Kind::Rating, revised.rating_id.uuid(), None),
        _ => Vec::new(),
    }
}

const fn one(kind: Kind, id: Uuid, role: Role) -> Involved {
    Involved { kind, id, role }
}

fn client(id: Option<ClientId>) -> Vec<Involved> {
    id.map(|id| one(Kind::Client, id.uuid(), Role::AskedBy)).into_iter().collect()
}

fn manager(id: Option<ManagerId>) -> Vec<Involved> {
    id.map(|id| one(Kind::Manager, id.uuid(), Role::Of)).into_iter().collect()
}

fn handover(id: HandoverId, whose: Option<ManagerId>) -> Vec<Involved> {
    about(Kind::Handover, id.uuid(), whose)
}

fn about(kind: Kind, id: Uuid, whose: Option<ManagerId>) -> Vec<Involved> {
    std::iter::once(one(kind, id, Role::About)).chain(manager(whose)).collect()
}
