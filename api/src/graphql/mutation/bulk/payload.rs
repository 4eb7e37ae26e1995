//! What bulk mutations answer with.

use std::{borrow::Cow, marker::PhantomData, sync::Arc};

use async_graphql::{
    ComplexObject, Context, Error, ID, InputType, Object, Result, SimpleObject, TypeName, Value,
};
use ledgerdesk_domain::stream::Position as LogPosition;
use ledgerdesk_projections::runtime::ReadSide;
use tokio::sync::OnceCell;

use crate::{
    graphql::{
        caller::Language,
        error::Fault,
        global_id::{self, NodeKind},
        model::{consultation::Consultation, position::Position},
        mutation::{
            entity::{self, Entities},
            payload::Payload,
        },
        user_error::UserError,
    },
    i18n::Refusal,
};

/// What was done to each consultation, or why nothing was done to any.
pub(super) struct BulkPayload<B> {
    results: Vec<BulkResult>,
    user_errors: Vec<UserError>,
    verb: PhantomData<fn() -> B>,
}

/// The state after all of them, read once.
struct After {
    position: LogPosition,
    entities: OnceCell<Option<Entities>>,
}

/// What was done to one consultation of a selection.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct BulkResult {
    #[graphql(skip)]
    after: Option<Arc<After>>,
    /// The consultation's id, as it was given.
    consultation_id: ID,
    /// It is now as it was asked to be.
    ok: bool,
    /// The position in the log after its command; null if nothing was done.
    position: Option<Position>,
    /// Its version afterwards; null if nothing was done.
    version: Option<i32>,
    /// Why nothing was done to it; empty on success.
    user_errors: Vec<UserError>,
}

impl BulkResult {
    pub(super) fn told<V>(consultation_id: ID, payload: Payload<V>) -> Self {
        let (executed, user_errors) = payload.into_parts();
        Self {
            after: None,
            consultation_id,
            ok: executed.is_some(),
            position: executed.map(|executed| executed.position.into()),
            version: executed.map(|executed| executed.version.0),
            user_errors,
        }
    }

    /// What ends a single mutation ends only its item here, unless it would end every one.
    pub(super) fn failed(consultation_id: ID, error: Error, language: Language) -> Result<Self> {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code").cloned());
        let refusal = match code {
            Some(Value::String(code)) if code == "FORBIDDEN" => return Err(error),
            Some(Value::String(code)) if code == "CONFLICT" => Refusal::Conflict,
            Some(Value::String(code)) if code == "UNAVAILABLE" => Refusal::Unavailable,
            Some(Value::String(code)) if code == "TIMEOUT" => Refusal::InDoubt,
            _ => Refusal::Internal,
        };
        let user_errors = vec![UserError::refused(refusal, None, language)];
        Ok(Self { after: None, consultation_id, ok: false, position: None, version: None, user_errors })
    }
}

#[ComplexObject]
impl BulkResult {
    /// The consultation afterwards. Null if nothing was done, or if the read side has not caught up within two
    /// seconds: then ask for it with `minPosition`.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        let Some(after) = &self.after else { return Ok(None) };
        let read_side = ctx.data::<ReadSide>()?;
        let read = async || {
            let shown = entity::is_shown(read_side, after.position).await;
            if shown { Entities::of(ctx).map(Some) } else { Ok(None) }
        };
        let Some(entities) = after.entities.get_or_try_init(read).await? else { return Ok(None) };
        let id = global_id::decode_kind(&self.consultation_id, NodeKind::Consultation)?;
        entities.consultation(id).await
    }
}

impl<B> BulkPayload<B> {
    pub(super) fn refused(error: UserError) -> Self {
        Self { results: Vec::new(), user_errors: vec![error], verb: PhantomData }
    }

    pub(super) fn done(mut results: Vec<BulkResult>) -> Self {
        if let Some(Position(position)) = results.iter().filter_map(|result| result.position).max() {
            let after = Arc::new(After { position, entities: OnceCell::new() });
            for result in results.iter_mut().filter(|result| result.ok) {
                result.after = Some(Arc::clone(&after));
            }
        }
        Self { results, user_errors: Vec::new(), verb: PhantomData }
    }
}

impl<B: InputType> TypeName for BulkPayload<B> {
    fn type_name() -> Cow<'static, str> {
        let input = B::type_name();
        format!("{}Payload", input.strip_suffix("Input").unwrap_or(&input)).into()
    }
}

/// What the mutation did to each consultation, or why it did nothing.
#[Object(name_type)]
impl<B: InputType> BulkPayload<B> {
    /// A result for each consultation, in the order of the request; empty if nothing was tried.
    async fn results(&self) -> &[BulkResult] {
        &self.results
    }

    /// How many of them are now as they were asked to be.
    async fn done_count(&self) -> usize {
        self.results.iter().filter(|result| result.ok).count()
    }

    /// The position in the log after all of them; pass it as `minPosition` to read what you wrote. Null if nothing
    /// was done.
    async fn position(&self) -> Option<Position> {
        self.results.iter().filter_map(|result| result.position).max()
    }

    /// Why nothing was tried; empty if something was. What went wrong with a single one is told with its result.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}
