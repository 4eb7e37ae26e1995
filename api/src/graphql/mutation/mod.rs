//! Mutations: a folder per noun, a file per verb. A verb's file says what its input is and which command it means;
//! [`run`] does the rest, the same for all.

mod catalog;
mod client;
mod consultation;
pub(super) mod entity;
mod failure;
mod input;
mod manager;
mod payload;
mod reader;
mod rights;
mod run;
mod verb;
mod workspace;

pub(crate) use input::PartyKind;

use async_graphql::MergedObject;

/// Changes. Each is one verb of the domain: it takes one `input`, answers with its own payload, and tells expected
/// refusals in `userErrors`.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct MutationRoot(
    consultation::ConsultationMutations,
    client::ClientMutations,
    manager::ManagerMutations,
    catalog::CatalogMutations,
    workspace::WorkspaceMutations,
);
