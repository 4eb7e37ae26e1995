//! A client as the API shows it.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::ClientId;
use ledgerdesk_projections::clients::{ContactRow, Row};

use super::{
    consultation::Consultation,
    enums::{ClientKind, ContactKind},
    id, loaders,
    position::Position,
    reference::ExternalReference,
};
use crate::graphql::{
    error::Fault,
    global_id::NodeKind,
    paging::{self, Listing, Paging},
    query::filters::{ConsultationFilter, ConsultationOrder},
};

/// A person or an organisation that asks (клиент). One who was never registered (an import may name only an
/// id) has counts but no name.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Client {
    #[graphql(skip)]
    row: Arc<Row>,
    /// The client's id.
    pub(super) id: ID,
    /// Person or organisation; null until registered.
    kind: Option<ClientKind>,
    /// The name; null until registered and once erased.
    name: Option<String>,
    /// The company, for a person who asks on its behalf.
    company: Option<String>,
    /// Ways to reach the client; none once erased.
    contacts: Vec<Contact>,
    /// ISO 639-1.
    language: Option<String>,
    /// The same client in other systems.
    external_references: Vec<ExternalReference>,
    /// Consultations of whatever status.
    consultation_count: i32,
    /// Consultations that somebody still has work with.
    open_consultation_count: i32,
    /// When the client was first heard of.
    first_seen_at: DateTime<Utc>,
    /// When the client was registered.
    registered_at: Option<DateTime<Utc>>,
    /// When the client last asked, wrote, called or answered a call.
    last_contact_at: Option<DateTime<Utc>>,
    /// When the client was forgotten.
    erased_at: Option<DateTime<Utc>>,
    /// The position of the last event that this shows.
    position: Position,
}

/// A way to reach a client.
#[derive(SimpleObject)]
pub struct Contact {
    /// How.
    kind: ContactKind,
    /// The number, address or chat.
    value: String,
}

impl From<&ContactRow> for Contact {
    fn from(row: &ContactRow) -> Self {
        Self { kind: row.kind.into(), value: row.value.clone() }
    }
}

impl From<Arc<Row>> for Client {
    fn from(row: Arc<Row>) -> Self {
        Self {
            id: id(NodeKind::Client, row.id),
            kind: row.kind.map(Into::into),
            name: row.name.clone(),
            company: row.company.clone(),
            contacts: row.contacts.iter().flatten().map(Into::into).collect(),
            language: row.language.clone(),
            external_references: row.external_references.iter().map(Into::into).collect(),
            consultation_count: row.consultation_count,
            open_consultation_count: row.open_consultation_count,
            first_seen_at: row.first_seen_at,
            registered_at: row.registered_at,
            last_contact_at: row.last_contact_at,
            erased_at: row.erased_at,
            position: row.last_position.into(),
            row,
        }
    }
}

impl Client {
    /// The client with this id, if the caller's workspace has it.
    pub async fn load(ctx: &Context<'_>, id: ClientId) -> Result<Option<Self>, Fault> {
        Ok(loaders(ctx)?.clients.load(id.uuid()).await?.map(Self::from))
    }
}

#[ComplexObject]
impl Client {
    /// The client's consultations, those with the newest change first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: ConsultationFilter,
        #[graphql(desc = "In which order.")] order_by: Option<ConsultationOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Listing<Consultation>, Fault> {
        let paging = Paging { first, after, last, before };
        let keyset = order_by.unwrap_or_default().keyset();
        let parent = ("t.client_id", self.row.id.uuid());
        paging::listing_below(&loaders(ctx)?.consultations_below, parent, filter.read()?, keyset, &paging)
            .await
    }
}
