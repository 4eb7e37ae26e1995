//! The path of every command: what is asked, does what it names exist within reach, execute, answer. Whether the
//! caller may ask for it at all was looked at before ([`crate::graphql::access`]).

use std::sync::Arc;

use async_graphql::{Context, InputType};
use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    decider::Decider,
    event::Source,
    stream::{ExpectedVersion, StreamVersion},
};
use ledgerdesk_infrastructure::{
    clock::{Clock, IdSource},
    command::{CommandExecutor, Envelope, IdempotencyKey},
    event_store::EventStore,
};
use sha2::{Digest as _, Sha256};

use super::{
    conflict,
    failure::Failure,
    payload::Payload,
    reach::{is_in_reach, within},
    reader::Reader,
    verb::{Aggregate, Aim, Options, Target, Verb},
};
use crate::{
    graphql::{
        caller::{Caller, Entrance},
        error::Fault,
        user_error::UserError,
    },
    http::metrics::HttpMetrics,
    i18n::Refusal,
};

/// How far ahead of our clock a caller's clock may go.
const MAX_AHEAD: TimeDelta = TimeDelta::minutes(5);
/// Longest idempotency key, in characters.
const MAX_KEY: usize = 200;

/// Carries a mutation out.
pub(crate) async fn run<V: Verb>(ctx: &Context<'_>, input: V) -> async_graphql::Result<Payload<V>> {
    let caller = ctx.data::<Caller>()?;
    let (outcome, answer) = match attempt(ctx, caller, input).await {
        Ok(payload) => ("done", Ok(payload)),
        Err(Failure::Refused(error)) => ("refused", Ok(Payload::refused(error))),
        Err(Failure::Conflicted(conflict)) => {
            ("failed", Err(conflict::told(ctx, caller, conflict).await.unwrap_or_else(Into::into)))
        }
        Err(Failure::Failed(error)) => ("failed", Err(error)),
    };
    if let Some(metrics) = ctx.data_opt::<HttpMetrics>() {
        metrics.command(&V::type_name(), outcome);
    }
    answer
}

async fn attempt<V: Verb>(ctx: &Context<'_>, caller: &Caller, input: V) -> Result<Payload<V>, Failure> {
    let clock = ctx.data::<Arc<dyn Clock>>().map_err(Fault::from)?;
    let ids = ctx.data::<Arc<dyn IdSource>>().map_err(Fault::from)?;
    let executor = ctx.data::<CommandExecutor>().map_err(Fault::from)?;
    let options = input.aim().options.clone();
    check_options(&options, clock.now(), caller)?;
    let mut reader = Reader::new(caller, options.idempotency_key.as_deref(), &**ids);
    let mut envelope = envelope(&mut reader, caller, &options, input)?;
    if let Some(Entrance(name)) = ctx.data_opt() {
        (*name).clone_into(&mut envelope.source.system);
    }
    check_references(ctx, caller, &reader).await?;
    let executed = match caller.own() {
        Some(own) => within::<V::Of>(ctx, own, options.expected_version.is_some(), executor, &envelope).await,
        None => {
            executor.execute::<V::Of>(envelope).await.map_err(|error| Failure::from_command(error, caller))
        }
    }?;
    Ok(Payload::done(executed, reader.created()))
}

fn envelope<V: Verb>(
    reader: &mut Reader<'_>,
    caller: &Caller,
    options: &Options,
    input: V,
) -> Result<Envelope<<V::Of as Decider>::Command>, UserError> {
    let (stream_id, fallback) = match (input.aim(), <V::Of as Aggregate>::NODE) {
        (Aim { target: Target::Existing { field, id }, .. }, Some(kind)) => {
            (reader.decode(field, kind, id)?, ExpectedVersion::Any)
        }
        (Aim { target: Target::New, .. }, Some(kind)) => {
            (reader.new_uuid(kind), ExpectedVersion::Exact(StreamVersion::NONE))
        }
        (Aim { target: Target::CatalogEntry { kind, external_id }, .. }, Some(_)) => {
            (reader.catalog_entry(kind, external_id), ExpectedVersion::Any)
        }
        (_, _) => (reader.workspace().uuid(), ExpectedVersion::Any),
    };
    reader.aim_at(stream_id);
    let expected = options.expected_version.map(|version| ExpectedVersion::Exact(StreamVersion(version)));
    let idempotency = options.idempotency_key.as_ref().map(|key| IdempotencyKey {
        key: key.clone(),
        digest: options.digest.unwrap_or_else(|| digest(&input)),
    });
    let command = input.command(reader)?;
    Ok(Envelope {
        workspace_id: caller.workspace_id,
        stream_id,
        command,
        actor: caller.actor.clone(),
        correlation_id: caller.request_id,
        causation_id: None,
        source: Source::system("graphql"),
        idempotency,
        expected_version: expected.unwrap_or(fallback),
        occurred_at: options.occurred_at,
        erase: reader.take_erased(),
    })
}

/// What tells one request from another under the same key: the verb and all that its input says.
pub(super) fn digest<V: InputType>(input: &V) -> [u8; 32] {
    let said = input.to_value().to_string();
    Sha256::new().chain_update(&*V::type_name()).chain_update([0]).chain_update(said).finalize().into()
}

pub(super) fn check_options(options: &Options, now: DateTime<Utc>, caller: &Caller) -> Result<(), UserError> {
    let refuse = |refusal, field| Err(UserError::refused(refusal, Some(field), caller.language));
    if let Some(key) = &options.idempotency_key
        && (key.trim().is_empty() || key.contains('\0') || key.chars().count() > MAX_KEY)
    {
        return refuse(Refusal::InvalidIdempotencyKey, "idempotencyKey");
    }
    if options.expected_version.is_some_and(|version| version < 0) {
        return refuse(Refusal::InvalidVersion, "expectedVersion");
    }
    if options.occurred_at.is_some_and(|at| at < DateTime::UNIX_EPOCH || at > now + MAX_AHEAD) {
        return refuse(Refusal::InvalidOccurredAt, "occurredAt");
    }
    Ok(())
}

/// What does not exist and what belongs to another workspace is answered alike.
async fn check_references(ctx: &Context<'_>, caller: &Caller, reader: &Reader<'_>) -> Result<(), Failure> {
    let store = ctx.data::<EventStore>().map_err(Fault::from)?;
    for reference in reader.references() {
        if !is_in_reach(ctx, caller, reference.stream).await? {
            let error = UserError::refused(reference.unknown, Some(reference.field), caller.language);
            return Err(error.into());
        }
        let first = store.read_stream(caller.workspace_id, reference.stream, StreamVersion::NONE, 1).await;
        if first.map_err(Fault::from)?.is_empty() {
            let error = UserError::refused(reference.unknown, Some(reference.field), caller.language);
            return Err(error.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
    use uuid::Uuid;

    use super::*;
    use crate::graphql::caller::{Credential, Language, Role};

    fn checked(options: &Options) -> Result<(), UserError> {
        let caller = Caller {
            workspace_id: WorkspaceId(Uuid::nil()),
            key_id: Uuid::nil(),
            access: Role::Owner.into(),
            credential: Credential::Key,
            actor: Actor::SYSTEM,
            request_id: Uuid::nil(),
            language: Language::En,
        };
        check_options(options, now(), &caller)
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    fn none() -> Options {
        Options { idempotency_key: None, expected_version: None, occurred_at: None, digest: None }
    }

    #[test]
    fn a_time_may_lie_in_the_past_but_not_before_1970_nor_ahead_of_us() {
        let at = |occurred_at| checked(&Options { occurred_at: Some(occurred_at), ..none() }).is_ok();
        assert!(at(DateTime::UNIX_EPOCH));
        assert!(at(now() + MAX_AHEAD));
        assert!(!at(now() + MAX_AHEAD + TimeDelta::microseconds(1)));
        assert!(!at(DateTime::UNIX_EPOCH - TimeDelta::microseconds(1)));
        assert!(!at(DateTime::<Utc>::MAX_UTC));
        assert!(!at(DateTime::<Utc>::MIN_UTC));
    }

    #[test]
    fn a_key_is_a_text_of_1_to_200_characters() {
        let key = |key: &str| checked(&Options { idempotency_key: Some(key.to_owned()), ..none() }).is_ok();
        assert!(key("a") && key(&"я".repeat(200)));
        assert!(!key("") && !key(" ") && !key("a\0") && !key(&"я".repeat(201)));
    }

    #[test]
    fn a_version_is_not_negative() {
        let version = |version| checked(&Options { expected_version: Some(version), ..none() }).is_ok();
        assert!(version(0) && version(i32::MAX));
        assert!(!version(-1));
    }
}
