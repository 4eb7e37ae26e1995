//! Anything with an id.

use async_graphql::{Context, ID, Interface};
use uuid::Uuid;

use super::{
    call::Call,
    catalog::CatalogEntry,
    client::Client,
    consultation::Consultation,
    handover::Handover,
    history::{
        AppointmentPart, AssignmentPart, AttributesPart, CallPart, DetailsPart, Entry, ExternalReferencePart,
        HandoverPart, HistoryEntry, ImportedFactPart, MergePart, MessagePart, NotePart, PriorityPart,
        RatingPart, RedatePart, SlaPart, StatusPart, TagsPart,
    },
    loaders,
    manager::Manager,
    message::Message,
    rating::Rating,
    redate::Redate,
    view::View,
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
    /// An entry of a catalog.
    CatalogEntry(CatalogEntry),
    /// A saved view.
    View(View),
    /// An entry of a timeline about the stage.
    StatusEntry(Entry<StatusPart>),
    /// An entry of a timeline about who is responsible.
    AssignmentEntry(Entry<AssignmentPart>),
    /// An entry of a timeline about a handover.
    HandoverEntry(Entry<HandoverPart>),
    /// An entry of a timeline about a promised time.
    AppointmentEntry(Entry<AppointmentPart>),
    /// An entry of a timeline about a redate.
    RedateEntry(Entry<RedatePart>),
    /// An entry of a timeline about a call.
    CallEntry(Entry<CallPart>),
    /// An entry of a timeline about a rating.
    RatingEntry(Entry<RatingPart>),
    /// An entry of a timeline about a message.
    MessageEntry(Entry<MessagePart>),
    /// An entry of a timeline about a note.
    NoteEntry(Entry<NotePart>),
    /// An entry of a timeline about details.
    DetailsEntry(Entry<DetailsPart>),
    /// An entry of a timeline about the urgency.
    PriorityEntry(Entry<PriorityPart>),
    /// An entry of a timeline about tags.
    TagsEntry(Entry<TagsPart>),
    /// An entry of a timeline about custom attributes.
    AttributesEntry(Entry<AttributesPart>),
    /// An entry of a timeline about an external reference.
    ExternalEntry(Entry<ExternalReferencePart>),
    /// An entry of a timeline about a merge.
    MergeEntry(Entry<MergePart>),
    /// An entry of a timeline about a fact of another system.
    ImportedFactEntry(Entry<ImportedFactPart>),
    /// An entry of a timeline about a service level.
    SlaEntry(Entry<SlaPart>),
}

/// A part of a timeline is found by its own type, not as what all entries have.
impl From<HistoryEntry> for Node {
    fn from(entry: HistoryEntry) -> Self {
        match entry {
            HistoryEntry::Status(entry) => Self::StatusEntry(entry),
            HistoryEntry::Assignment(entry) => Self::AssignmentEntry(entry),
            HistoryEntry::Handover(entry) => Self::HandoverEntry(entry),
            HistoryEntry::Appointment(entry) => Self::AppointmentEntry(entry),
            HistoryEntry::Redate(entry) => Self::RedateEntry(entry),
            HistoryEntry::Call(entry) => Self::CallEntry(entry),
            HistoryEntry::Rating(entry) => Self::RatingEntry(entry),
            HistoryEntry::Message(entry) => Self::MessageEntry(entry),
            HistoryEntry::Note(entry) => Self::NoteEntry(entry),
            HistoryEntry::Details(entry) => Self::DetailsEntry(entry),
            HistoryEntry::Priority(entry) => Self::PriorityEntry(entry),
            HistoryEntry::Tags(entry) => Self::TagsEntry(entry),
            HistoryEntry::Attributes(entry) => Self::AttributesEntry(entry),
            HistoryEntry::External(entry) => Self::ExternalEntry(entry),
            HistoryEntry::Merge(entry) => Self::MergeEntry(entry),
            HistoryEntry::ImportedFact(entry) => Self::ImportedFactEntry(entry),
            HistoryEntry::Sla(entry) => Self::SlaEntry(entry),
        }
    }
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
            NodeKind::Event => {
                loaders.entries.load(id).await?.map(|row| Into::<HistoryEntry>::into(row).into())
            }
            NodeKind::CatalogEntry => {
                loaders.catalog_entries.load(id).await?.map(|row| Self::CatalogEntry(row.into()))
            }
            NodeKind::View => View::load(ctx, id.into()).await?.map(Self::View),
            NodeKind::Note | NodeKind::ApiKey | NodeKind::Session | NodeKind::Invitation => None,
        })
    }
}
