//! What mutations answer with: each verb has its own payload type in the schema, all with the same parts.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{Context, ID, Object, SimpleObject, TypeName};
use ledgerdesk_infrastructure::command::Executed;

use super::{entity, verb::Verb};
use crate::graphql::{
    error::Fault,
    global_id::{self, NodeKind},
    model::{
        catalog::CatalogEntry, client::Client, consultation::Consultation, manager::Manager,
        position::Position, view::View,
    },
    user_error::UserError,
};

/// What a verb did.
pub(crate) struct Payload<V> {
    executed: Option<Executed>,
    created_id: Option<ID>,
    user_errors: Vec<UserError>,
    verb: PhantomData<fn() -> V>,
}

impl<V> Payload<V> {
    pub(super) fn done(executed: Executed, created_id: Option<ID>) -> Self {
        Self { executed: Some(executed), created_id, user_errors: Vec::new(), verb: PhantomData }
    }

    pub(super) fn refused(error: UserError) -> Self {
        Self { executed: None, created_id: None, user_errors: vec![error], verb: PhantomData }
    }

    /// What was done, and why nothing was.
    pub(super) fn into_parts(self) -> (Option<Executed>, Vec<UserError>) {
        (self.executed, self.user_errors)
    }

    /// The position after the command.
    pub(super) fn position(&self) -> Option<Position> {
        self.executed.map(|executed| executed.position.into())
    }

    /// The version after the command.
    pub(super) fn version(&self) -> Option<i32> {
        self.executed.map(|executed| executed.version.0)
    }

    /// Why nothing was done.
    pub(super) fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }

    fn outcome(&self) -> Outcome<'_> {
        Outcome {
            created_id: self.created_id.as_ref(),
            position: self.position(),
            version: self.version(),
            user_errors: &self.user_errors,
        }
    }
}

/// The parts that every payload has.
#[derive(SimpleObject)]
struct Outcome<'a> {
    /// What the mutation made: the consultation, client, manager, message, note, call, redate, handover, rating,
    /// catalog entry or view, also one that was there already;
    /// null if it makes nothing.
    created_id: Option<&'a ID>,
    /// The position in the log after the command; pass it as `minPosition` to read what you wrote. Null if nothing
    /// was done.
    position: Option<Position>,
    /// The version afterwards, for the `expectedVersion` of the next command. Null if nothing was done.
    version: Option<i32>,
    /// Why nothing was done; empty on success.
    user_errors: &'a [UserError],
}

/// `PutOnHoldInput` answers with `PutOnHoldPayload`.
fn payload_name<V: Verb>() -> Cow<'static, str> {
    let input = V::type_name();
    format!("{}Payload", input.strip_suffix("Input").unwrap_or(&input)).into()
}

/// The payload of a verb on a consultation.
pub(crate) struct ConsultationPayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for ConsultationPayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to a consultation, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> ConsultationPayload<V> {
    /// The consultation afterwards. Null if nothing was done, or if the read side has not caught up within two
    /// seconds: then ask for it with `minPosition`.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        match entity::after(ctx, self.0.executed).await? {
            Some((entities, id)) => entities.consultation(id).await,
            None => Ok(None),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn outcome(&self) -> Outcome<'_> {
        self.0.outcome()
    }
}

/// The payload of a verb on a client.
pub(crate) struct ClientPayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for ClientPayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to a client, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> ClientPayload<V> {
    /// The client afterwards. Null if nothing was done, or if the read side has not caught up within two seconds:
    /// then ask for it with `minPosition`.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Fault> {
        match entity::after(ctx, self.0.executed).await? {
            Some((entities, id)) => entities.client(id).await,
            None => Ok(None),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn outcome(&self) -> Outcome<'_> {
        self.0.outcome()
    }
}

/// The payload of a verb on a manager.
pub(crate) struct ManagerPayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for ManagerPayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to a manager, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> ManagerPayload<V> {
    /// The manager afterwards. Null if nothing was done, or if the read side has not caught up within two seconds:
    /// then ask for it with `minPosition`.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Manager>, Fault> {
        match entity::after(ctx, self.0.executed).await? {
            Some((entities, id)) => entities.manager(id).await,
            None => Ok(None),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn outcome(&self) -> Outcome<'_> {
        self.0.outcome()
    }
}

/// The payload of a verb on an entry of a catalog.
pub(crate) struct CatalogEntryPayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for CatalogEntryPayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to an entry of a catalog, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> CatalogEntryPayload<V> {
    /// The entry afterwards. Null if nothing was done, or if the read side has not caught up within two seconds:
    /// then ask for it with `minPosition`.
    async fn entry(&self, ctx: &Context<'_>) -> Result<Option<CatalogEntry>, Fault> {
        match entity::after_in(ctx, self.0.executed, &["catalogs"]).await? {
            Some((entities, id)) => entities.catalog_entry(id).await,
            None => Ok(None),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn outcome(&self) -> Outcome<'_> {
        self.0.outcome()
    }
}

/// The payload of a verb on the workspace.
pub(crate) struct WorkspacePayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for WorkspacePayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to the workspace, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> WorkspacePayload<V> {
    /// The position in the log after the command. Null if nothing was done.
    async fn position(&self) -> Option<Position> {
        self.0.outcome().position
    }

    /// The version afterwards, for the `expectedVersion` of the next command. Null if nothing was done.
    async fn version(&self) -> Option<i32> {
        self.0.outcome().version
    }

    /// Why nothing was done; empty on success.
    async fn user_errors(&self) -> &[UserError] {
        &self.0.user_errors
    }
}

/// The payload of a verb on a saved view.
pub(crate) struct ViewPayload<V>(pub(super) Payload<V>);

impl<V: Verb> TypeName for ViewPayload<V> {
    fn type_name() -> Cow<'static, str> {
        payload_name::<V>()
    }
}

/// What the mutation did to a saved view, or why it did nothing.
#[Object(name_type)]
impl<V: Verb> ViewPayload<V> {
    /// The view afterwards. Null if nothing was done, or if the read side has not caught up within two seconds: then
    /// ask for it with `minPosition`.
    async fn view(&self, ctx: &Context<'_>) -> Result<Option<View>, Fault> {
        let Some(id) = &self.0.created_id else { return Ok(None) };
        match entity::after_in(ctx, self.0.executed, &["views"]).await? {
            Some((entities, _)) => entities.view(global_id::decode_kind(id, NodeKind::View)?).await,
            None => Ok(None),
        }
    }

    #[graphql(flatten)]
    #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
    async fn outcome(&self) -> Outcome<'_> {
        self.0.outcome()
    }
}
