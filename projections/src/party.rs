//! Parties in columns: a kind and an id.

use ledgerdesk_domain::{consultation::Party, context::ActorKind};
use uuid::Uuid;

/// The kind and the id of a party. A party that is a program has no id.
pub(crate) fn columns(party: Party) -> (ActorKind, Option<Uuid>) {
    match party {
        Party::Manager(id) => (ActorKind::Manager, Some(id.uuid())),
        Party::Client(id) => (ActorKind::Client, id.map(Into::into)),
        Party::Bot => (ActorKind::Bot, None),
        Party::System => (ActorKind::System, None),
    }
}
