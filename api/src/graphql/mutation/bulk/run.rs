//! The path of a bulk mutation: the same verb for each consultation, side by side, and a result for each in the
//! order of the request.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, InputType, Result};
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};
use ledgerdesk_infrastructure::{clock::Clock, command::CommandExecutor};
use sha2::{Digest as _, Sha256};

use super::payload::{BulkPayload, BulkResult};
use crate::{
    graphql::{
        caller::Caller,
        error::Fault,
        mutation::{
            run as one,
            verb::{OnConsultation, Options, Verb},
        },
        user_error::UserError,
    },
    i18n::Refusal,
};

/// Most consultations of one request.
const MAX_ITEMS: usize = 100;
/// How many are worked on at once. The appender takes what waits together, so that this is also how many share a
/// commit.
const SIDE_BY_SIDE: usize = 16;

/// The input of one bulk mutation.
pub(super) trait BulkVerb: InputType + Clone {
    /// What is done to each.
    type Item: Verb;

    /// Which consultations, and how.
    fn on(&self) -> &OnConsultations;

    /// What is done to one.
    fn item(&self, on: OnConsultation) -> Self::Item;
}

/// Consultations that exist.
#[derive(Debug, Clone, InputObject)]
pub(super) struct OnConsultations {
    /// The consultations, 1 to 100.
    consultation_ids: Vec<ID>,
    /// The versions that you believe them to have, as many and in the same order; null for one that you do not
    /// mind. What has another version is left alone.
    expected_versions: Option<Vec<Option<i32>>>,
    /// A key of your own, 1 to 200 characters. Sent again with the same input it returns the first results instead
    /// of acting twice, and acts on what failed; with another input it does nothing.
    idempotency_key: Option<String>,
    /// When it happened, if not now: at most five minutes ahead, not before 1970.
    occurred_at: Option<DateTime<Utc>>,
}

impl OnConsultations {
    fn options(&self) -> Options {
        Options {
            idempotency_key: self.idempotency_key.clone(),
            expected_version: None,
            occurred_at: self.occurred_at,
            digest: None,
        }
    }

    fn expected(&self, index: usize) -> Option<i32> {
        self.expected_versions.as_ref().and_then(|versions| versions.get(index).copied().flatten())
    }
}

/// Carries a bulk mutation out.
pub(super) async fn run<B: BulkVerb>(ctx: &Context<'_>, input: B) -> Result<BulkPayload<B>> {
    let caller = ctx.data::<Caller>()?;
    let digest = one::digest(&input);
    if let Err(error) = check(ctx, caller, input.on(), digest).await? {
        return Ok(BulkPayload::refused(error));
    }
    let on = input.on();
    let items = on.consultation_ids.iter().enumerate().map(|(index, id)| {
        let options = Options {
            idempotency_key: on.idempotency_key.as_deref().map(|key| item_key(key, index)),
            expected_version: on.expected(index),
            digest: Some(digest),
            ..on.options()
        };
        (id.clone(), input.item(OnConsultation::part(id.clone(), options)))
    });
    let items: Vec<_> = items.collect();
    let results: Vec<_> = stream::iter(items)
        .map(async |(id, item)| (id, one::run(ctx, item).await))
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await;
    let results = results.into_iter().map(|(id, answer)| match answer {
        Ok(payload) => Ok(BulkResult::told(id, payload)),
        Err(error) => BulkResult::failed(id, error, caller.language),
    });
    Ok(BulkPayload::done(results.collect::<Result<_>>()?))
}

/// What can be refused before anything is done.
async fn check(
    ctx: &Context<'_>,
    caller: &Caller,
    on: &OnConsultations,
    digest: [u8; 32],
) -> Result<Result<(), UserError>, Fault> {
    let refuse = |refusal, field| Ok(Err(UserError::refused(refusal, Some(field), caller.language)));
    let count = on.consultation_ids.len();
    if !(1..=MAX_ITEMS).contains(&count) {
        return refuse(Refusal::BulkSize, "consultationIds");
    }
    if on.expected_versions.as_ref().is_some_and(|versions| versions.len() != count) {
        return refuse(Refusal::BulkVersions, "expectedVersions");
    }
    let clock = ctx.data::<Arc<dyn Clock>>()?;
    if let Err(error) = one::check_options(&on.options(), clock.now(), caller) {
        return Ok(Err(error));
    }
    if let Some(key) = &on.idempotency_key {
        // Also those places that this request does not have: an earlier one may have had them.
        let keys: Vec<_> = (0..MAX_ITEMS).map(|index| item_key(key, index)).collect();
        let executor = ctx.data::<CommandExecutor>()?;
        let earlier = executor.earlier_of(caller.workspace_id, &caller.actor, &keys).await?;
        if earlier.values().any(|(other, _)| *other != digest) {
            return refuse(Refusal::IdempotencyKeyReused, "idempotencyKey");
        }
    }
    Ok(Ok(()))
}

/// The key of one place of the selection.
fn item_key(key: &str, index: usize) -> String {
    let digest = Sha256::new().chain_update(b"ledgerdesk bulk 1").chain_update(key).finalize();
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    format!("bulk:{}:{index}", uuid::Uuid::from_bytes(bytes).simple())
}
