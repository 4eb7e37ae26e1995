//! Anything with an id.

use async_graphql::{Context, ID, Interface};
use uuid::Uuid;

use super::{
    call::Call, catalog::CatalogEntry, client::Client, consultation::Consultation, handover::Handover,
    history::HistoryEntry, loaders, manager::Manager, message::Message, rating::Rating, redate::Redate,
};
use crate::graphql::{error::Fault, global_id::NodeKind};

/// Anything with an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID", desc = "Its id: opaque, permanent, unique over all types."))]
pub enum Node {
    /// A consultation.
    Consultation(Consultation),
    /// A client.
    Client(Client),
    /// A manager.
    Manager(Manager),
    /// A handover.
    Handover(Handover),
    /// A redate.
    Redate(Redate),
    /// A call attempt.
    Call(Call),
    /// A rating.
    Rating(Rating),
    /// A message.
    Message(Message),
    /// An entry of a timeline.
    HistoryEntry(HistoryEntry),
    /// An entry of a catalog.
    CatalogEntry(CatalogEntry),
}

impl Node {
    /// The thing with this id, if the caller's workspace has it. Notes are entries of a timeline and are found
    /// there, keys, sessions and invitations in their queries.
    pub async fn load(ctx: &Context<'_>, kind: NodeKind, id: Uuid) -> Result<Option<Self>, Fault> {
        let loaders = loaders(ctx)?;
        Ok(match kind {
            NodeKind::Consultation => {
                loaders.consultations.load(id).await?.map(|row| Self::Consultation(row.into()))
            }
            NodeKind::Client => loaders.clients.load(id).await?.map(|row| Self::Client(row.into())),
            NodeKind::Manager => loaders.managers.load(id).await?.map(|row| Self::Manager(row.into())),
            NodeKind::Handover => loaders.handovers.load(id).await?.map(|row| Self::Handover(row.into())),
            NodeKind::Redate => loaders.redates.load(id).await?.map(|row| Self::Redate(row.into())),
            NodeKind::Call => loaders.calls.load(id).await?.map(|row| Self::Call(row.into())),
            NodeKind::Rating => loaders.ratings.load(id).await?.map(|row| Self::Rating(row.into())),
            NodeKind::Message => loaders.messages.load(id).await?.map(|row| Self::Message(row.into())),
            NodeKind::Event => loaders.entries.load(id).await?.map(|row| Self::HistoryEntry(row.into())),
            NodeKind::CatalogEntry => {
                loaders.catalog_entries.load(id).await?.map(|row| Self::CatalogEntry(row.into()))
            }
            NodeKind::Note | NodeKind::ApiKey | NodeKind::Session | NodeKind::Invitation => None,
        })
    }
}
