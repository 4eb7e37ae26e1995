//! Mutations: a folder per noun, a file per verb. A verb's file says what its input is and which command it means;
//! [`run`] does the rest, the same for all.

mod access;
mod bulk;
mod catalog;
mod client;
mod conflict;
mod consultation;
pub(super) mod entity;
mod ephemeral;
mod failure;
mod input;
mod manager;
mod payload;
mod reach;
mod reader;
mod run;
mod verb;
mod workspace;

pub(crate) use input::PartyKind;

use async_graphql::MergedObject;

use super::access::Guarded;

/// Changes, by those who may.
pub type MutationRoot = Guarded<Mutations>;

/// Changes. Each is one verb of the domain: it takes one `input`, answers with its own payload, and tells expected
/// refusals in `userErrors`.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutations(
    consultation::ConsultationMutations,
    bulk::BulkMutations,
    client::ClientMutations,
    manager::ManagerMutations,
    catalog::CatalogMutations,
    workspace::WorkspaceMutations,
    access::AccessMutations,
    ephemeral::EphemeralMutations,
);
