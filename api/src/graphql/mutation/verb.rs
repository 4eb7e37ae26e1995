//! What every mutation has in common: one verb, one input, one command.

use async_graphql::{ID, InputObject, InputType};
use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    catalog::CatalogEntry, client::Client, consultation::Consultation, decider::Decider, manager::Manager,
    workspace::Workspace,
};

use super::reader::Reader;
use crate::{
    graphql::{global_id::NodeKind, user_error::UserError},
    i18n::Localized,
};

/// An aggregate that mutations change.
pub(crate) trait Aggregate: Decider<Rejection: Localized> {
    /// What its ids look like; nothing for the workspace, which nobody names: it is the caller's own.
    const NODE: Option<NodeKind>;
}

impl Aggregate for Consultation {
    const NODE: Option<NodeKind> = Some(NodeKind::Consultation);
}

impl Aggregate for Client {
    const NODE: Option<NodeKind> = Some(NodeKind::Client);
}

impl Aggregate for Manager {
    const NODE: Option<NodeKind> = Some(NodeKind::Manager);
}

impl Aggregate for CatalogEntry {
    const NODE: Option<NodeKind> = Some(NodeKind::CatalogEntry);
}

impl Aggregate for Workspace {
    const NODE: Option<NodeKind> = None;
}

/// The input of one mutation.
pub(crate) trait Verb: InputType {
    /// What it changes.
    type Of: Aggregate;

    /// Which one it changes, and how.
    fn aim(&self) -> Aim<'_>;

    /// The command that is asked for. The reader turns opaque ids into ids and makes new ones.
    fn command(self, reader: &mut Reader<'_>) -> Result<<Self::Of as Decider>::Command, UserError>;
}

/// Which one a verb changes, and how.
pub(crate) struct Aim<'a> {
    pub(super) target: Target<'a>,
    pub(super) options: &'a Options,
}

/// Which one a verb changes.
pub(super) enum Target<'a> {
    /// The entry of a catalog with this external id, whether there is one or not: it has the same id either way.
    CatalogEntry { kind: &'a str, external_id: &'a str },
    /// One that exists; named in this field of the input.
    Existing { field: &'static str, id: &'a ID },
    /// One that does not exist yet.
    New,
    /// The caller's workspace.
    Own,
}

/// How to carry a command out.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct Options {
    /// A key of your own, 1 to 200 characters. Sent again with the same input it returns the first result instead
    /// of acting twice; keep it when you retry.
    pub(super) idempotency_key: Option<String>,
    /// The version that you believe it to have. If it has another one, nothing happens and the error `CONFLICT`
    /// tells both.
    pub(super) expected_version: Option<i32>,
    /// When it happened, if not now: at most five minutes ahead, not before 1970.
    pub(super) occurred_at: Option<DateTime<Utc>>,
    /// What the request says, where it is a part of a larger one.
    #[graphql(skip)]
    pub(super) digest: Option<[u8; 32]>,
}

impl Options {
    /// Aimed at something new.
    pub(super) fn new_one(&self) -> Aim<'_> {
        Aim { target: Target::New, options: self }
    }

    /// Aimed at the caller's workspace.
    pub(super) fn own(&self) -> Aim<'_> {
        Aim { target: Target::Own, options: self }
    }
}

/// A consultation that exists.
#[derive(Debug, InputObject)]
pub(crate) struct OnConsultation {
    /// The consultation.
    consultation_id: ID,
    #[graphql(flatten)]
    options: Options,
}

impl OnConsultation {
    /// A part of a larger request.
    pub(super) fn part(consultation_id: ID, options: Options) -> Self {
        Self { consultation_id, options }
    }

    pub(super) fn aim(&self) -> Aim<'_> {
        Aim {
            target: Target::Existing { field: "consultationId", id: &self.consultation_id },
            options: &self.options,
        }
    }
}

/// A client who is known.
#[derive(Debug, InputObject)]
pub(crate) struct OnClient {
    /// The client.
    client_id: ID,
    #[graphql(flatten)]
    options: Options,
}

impl OnClient {
    pub(super) fn client_id(&self) -> &ID {
        &self.client_id
    }

    pub(super) fn aim(&self) -> Aim<'_> {
        Aim { target: Target::Existing { field: "clientId", id: &self.client_id }, options: &self.options }
    }
}

/// A manager of the team.
#[derive(Debug, InputObject)]
pub(crate) struct OnManager {
    /// The manager.
    manager_id: ID,
    #[graphql(flatten)]
    options: Options,
}

impl OnManager {
    pub(super) fn aim(&self) -> Aim<'_> {
        Aim { target: Target::Existing { field: "managerId", id: &self.manager_id }, options: &self.options }
    }
}

/// An entry of a catalog.
#[derive(Debug, InputObject)]
pub(crate) struct OnCatalogEntry {
    /// The entry.
    entry_id: ID,
    #[graphql(flatten)]
    options: Options,
}

impl OnCatalogEntry {
    pub(super) fn aim(&self) -> Aim<'_> {
        Aim { target: Target::Existing { field: "entryId", id: &self.entry_id }, options: &self.options }
    }
}
