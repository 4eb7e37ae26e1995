//! Entries about what was said, what the consultation is about, and what it is linked with.

use async_graphql::{ComplexObject, Context, Json, SimpleObject};
use ledgerdesk_domain::consultation::{
    CatalogReference as DomainCatalogReference, Channel as DomainChannel,
    ExternalReference as DomainExternalReference, Party, Priority as DomainPriority,
};
use ledgerdesk_projections::history::Row;
use serde_json::Value;
use uuid::Uuid;

use super::{details::Details, entry::Part, stages::manager};
use crate::graphql::{
    error::Fault,
    model::{
        client::Client,
        consultation::Consultation,
        enums::{Channel, Priority},
        loaders,
        manager::Manager,
        message::{Message, MessageDirection},
        reference::{CatalogReference, ExternalReference},
    },
};

/// What an entry about a message has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct MessagePart {
    #[graphql(skip)]
    message: Option<Uuid>,
    /// Which way it went.
    direction: MessageDirection,
    /// Where.
    channel: Option<Channel>,
}

impl Part for MessagePart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let inbound = details.is("MessageReceived");
        Self {
            message: details.id("message_id"),
            direction: if inbound { MessageDirection::Inbound } else { MessageDirection::Outbound },
            channel: details.read::<DomainChannel>("channel").map(Into::into),
        }
    }
}

#[ComplexObject]
impl MessagePart {
    /// The message, with its author and files.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<Message>, Fault> {
        let Some(id) = self.message else { return Ok(None) };
        Ok(loaders(ctx)?.messages.load(id).await?.map(Message::from))
    }
}

/// What an entry about a note has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct NotePart {
    #[graphql(skip)]
    author: Option<Uuid>,
    /// A program wrote it.
    by_bot: bool,
}

impl Part for NotePart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let author: Option<Party> = details.read("author");
        Self {
            author: match author {
                Some(Party::Manager(id)) => Some(id.uuid()),
                _ => None,
            },
            by_bot: author == Some(Party::Bot),
        }
    }
}

#[ComplexObject]
impl NotePart {
    /// The manager who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.author).await
    }
}

/// What an entry about details has; what did not change is null.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct DetailsPart {
    #[graphql(skip)]
    before: Option<Uuid>,
    #[graphql(skip)]
    after: Option<Uuid>,
    /// The client's new language, ISO 639-1.
    language: Option<String>,
    /// All references into catalogs, as they are since.
    catalog: Option<Vec<CatalogReference>>,
}

impl Part for DetailsPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let catalog: Option<Vec<DomainCatalogReference>> = details.read("catalog");
        Self {
            before: details.id("previous_client_id"),
            after: details.id("client_id"),
            language: details.text("language"),
            catalog: catalog.map(|catalog| catalog.iter().map(Into::into).collect()),
        }
    }
}

#[ComplexObject]
impl DetailsPart {
    /// The client before.
    #[graphql(name = "fromClient")]
    async fn client_before(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        client(ctx, self.before).await
    }

    /// The client after.
    #[graphql(name = "toClient")]
    async fn client_after(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        client(ctx, self.after).await
    }
}

async fn client(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<Client>, Fault> {
    let Some(id) = id else { return Ok(None) };
    Ok(loaders(ctx)?.clients.load(id).await?.map(Client::from))
}

/// What an entry about the urgency has.
#[derive(SimpleObject)]
pub struct PriorityPart {
    /// The urgency before.
    from_priority: Option<Priority>,
    /// The urgency after.
    to_priority: Option<Priority>,
}

impl Part for PriorityPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            from_priority: details.before::<DomainPriority>().map(Into::into),
            to_priority: details.after::<DomainPriority>().map(Into::into),
        }
    }
}

/// What an entry about tags has.
#[derive(SimpleObject)]
pub struct TagsPart {
    /// Tags that came, sorted.
    added: Vec<String>,
    /// Tags that went, sorted.
    removed: Vec<String>,
}

impl Part for TagsPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            added: details.read("added").unwrap_or_default(),
            removed: details.read("removed").unwrap_or_default(),
        }
    }
}

/// What an entry about custom attributes has.
#[derive(SimpleObject)]
pub struct AttributesPart {
    /// Attributes with their new values: an object of texts, whole numbers and booleans.
    set: Json<Value>,
    /// Keys of attributes that went.
    unset: Vec<String>,
}

impl Part for AttributesPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            set: Json(details.read("set").unwrap_or_else(|| Value::Object(serde_json::Map::new()))),
            unset: details.read("removed").unwrap_or_default(),
        }
    }
}

/// What an entry about an external reference has.
#[derive(SimpleObject)]
pub struct ExternalReferencePart {
    /// The same thing in another system.
    reference: Option<ExternalReference>,
}

impl Part for ExternalReferencePart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let reference: Option<DomainExternalReference> = details.read("reference");
        Self { reference: reference.as_ref().map(Into::into) }
    }
}

/// What an entry about a merge has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct MergePart {
    #[graphql(skip)]
    other: Option<Uuid>,
    /// It came back; it went into the other one otherwise.
    undone: bool,
}

impl Part for MergePart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        let undone = details.is("Unmerged");
        Self { other: details.id(if undone { "from" } else { "into" }), undone }
    }
}

#[ComplexObject]
impl MergePart {
    /// The other consultation.
    async fn other(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        let Some(id) = self.other else { return Ok(None) };
        Consultation::load(ctx, id.into()).await
    }
}

/// What an entry about a fact of another system has.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ImportedFactPart {
    #[graphql(skip)]
    manager: Option<Uuid>,
    /// What the other system calls it.
    activity: Option<String>,
    /// The code of the rule that would refuse it.
    code: Option<String>,
    /// The stage by the other system's name.
    foreign_status: Option<String>,
    /// The team there.
    team: Option<String>,
}

impl Part for ImportedFactPart {
    fn read(_: &Row, details: &Details<'_>) -> Self {
        Self {
            manager: details.id("manager_id"),
            activity: details.text("activity"),
            code: details.text("code"),
            foreign_status: details.text("status"),
            team: details.text("team"),
        }
    }
}

#[ComplexObject]
impl ImportedFactPart {
    /// The manager named there.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        manager(ctx, self.manager).await
    }
}
