//! What takes part in the steps: the objects of an object-centric log.

use std::collections::{BTreeMap, BTreeSet};

use ledgerdesk_domain::context::ActorKind;
use ledgerdesk_projections::steps::{CaseStep, Involved, Kind, Role};

use super::Case;

/// The types of objects, in the order in which they are told.
pub(super) const TYPES: [&str; 8] =
    ["consultation", "client", "manager", "team", "handover", "redate", "call", "rating"];

/// An object: its type, and its id, which names the type, too, because an id tells objects of all types apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    pub(super) kind: &'static str,
    pub(super) id: String,
}

impl Object {
    fn new(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self { kind, id: format!("{kind}:{id}") }
    }

    pub(super) fn consultation(case: &Case) -> Self {
        Self::new("consultation", case.id)
    }

    fn of(involved: &Involved) -> Self {
        let kind = match involved.kind {
            Kind::Client => "client",
            Kind::Manager => "manager",
            Kind::Handover => "handover",
            Kind::Redate => "redate",
            Kind::Call => "call",
            Kind::Rating => "rating",
        };
        Self::new(kind, involved.id)
    }

    /// Whether it belongs to one consultation alone.
    fn is_part(&self) -> bool {
        !matches!(self.kind, "consultation" | "client" | "manager" | "team")
    }
}

/// What takes part in a step besides its consultation, and how. Each object once, because some readers keep one
/// relation of an event to an object: a manager who did it to themselves did it (`by`), a client who did it asked.
pub(super) fn relations(step: &CaseStep) -> BTreeMap<Object, &'static str> {
    let of = |involved: &Involved| (Object::of(involved), qualifier_of(involved.role));
    let mut found: BTreeMap<_, _> = step.involved.iter().map(of).collect();
    if let Some(by) = step.resource {
        match (by.kind, by.id) {
            (ActorKind::Manager, Some(id)) => _ = found.insert(Object::new("manager", id), "by"),
            (ActorKind::Client, Some(id)) => _ = found.entry(Object::new("client", id)).or_insert("by"),
            _ => {}
        }
    }
    if let Some(team) = &step.team {
        found.insert(Object::new("team", team), "team");
    }
    found
}

const fn qualifier_of(role: Role) -> &'static str {
    match role {
        Role::AskedBy => "asked by",
        Role::Of => "of",
        Role::About => "about",
    }
}

/// What a case brings in besides its consultation.
pub(super) struct Parts {
    /// Objects of this consultation alone.
    pub(super) own: BTreeSet<Object>,
    /// Clients, managers and teams, who occur in other consultations, too.
    pub(super) shared: BTreeSet<Object>,
    /// Clients of the consultation, in the order of their ids.
    pub(super) clients: BTreeSet<Object>,
}

impl Parts {
    pub(super) fn of(case: &Case) -> Self {
        let (mut own, mut shared, mut clients) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (object, qualifier) in case.steps.iter().flat_map(relations) {
            if qualifier == qualifier_of(Role::AskedBy) {
                clients.insert(object.clone());
            }
            if object.is_part() {
                own.insert(object)
            } else {
                shared.insert(object)
            };
        }
        Self { own, shared, clients }
    }
}
