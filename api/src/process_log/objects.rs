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

/// What takes part in a step besides its consultation, and how: each pair once, in a fixed order.
pub(super) fn relations(step: &CaseStep) -> BTreeSet<(Object, &'static str)> {
    let mut found: BTreeSet<_> =
        step.involved.iter().map(|involved| (Object::of(involved), qualifier(involved.role))).collect();
    if let Some(by) = step.resource {
        match (by.kind, by.id) {
            (ActorKind::Manager, Some(id)) => _ = found.insert((Object::new("manager", id), "by")),
            (ActorKind::Client, Some(id)) => _ = found.insert((Object::new("client", id), "by")),
            _ => {}
        }
    }
    if let Some(team) = &step.team {
        found.insert((Object::new("team", team), "team"));
    }
    found
}

const fn qualifier(role: Role) -> &'static str {
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
        let mut qualifiers: BTreeMap<Object, BTreeSet<&'static str>> = BTreeMap::new();
        for (object, qualifier) in case.steps.iter().flat_map(relations) {
            qualifiers.entry(object).or_default().insert(qualifier);
        }
        let clients = qualifiers.iter().filter(|(_, how)| how.contains("asked by"));
        let clients = clients.map(|(object, _)| object.clone()).collect();
        let (own, shared) = qualifiers.into_keys().partition(Object::is_part);
        Self { own, shared, clients }
    }
}
