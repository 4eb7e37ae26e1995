//! Who sent a request: bearer keys, tokens and whatever else opens the door.

use std::{fmt, sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use ledgerdesk_infrastructure::auth::{Access, Admitted, Credential};
use uuid::Uuid;

use super::{error::HttpError, request_id::RequestId, state::SharedState};
use crate::{
    graphql::caller::{Caller, Language},
    i18n,
};

/// Whom a key belongs to and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The workspace of the key.
    pub workspace_id: WorkspaceId,
    /// The key.
    pub key_id: Uuid,
    /// What it may do.
    pub access: Access,
    /// Who acts with it.
    pub actor: Actor,
    /// When it ends by itself, as a token does; never for a key.
    pub expires_at: Option<Instant>,
    /// With what they came.
    pub credential: Credential,
}

impl Principal {
    /// Who was let in at `now`.
    pub fn of(admitted: Admitted, now: DateTime<Utc>) -> Self {
        let Admitted { workspace_id, id, access, actor, expires_at, credential } = admitted;
        let left = |at: DateTime<Utc>| Instant::now() + (at - now).to_std().unwrap_or_default();
        Self { workspace_id, key_id: id, access, actor, expires_at: expires_at.map(left), credential }
    }
}

/// Keys cannot be looked up now. Retryable.
#[derive(Debug, thiserror::Error)]
#[error("API keys cannot be checked")]
pub struct KeysUnavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

type Lookup = dyn Fn(String) -> BoxFuture<'static, Result<Option<Principal>, KeysUnavailable>> + Send + Sync;

/// Looks up the secret of a key: the principal, or nothing if it is unknown or revoked. Called for every request
/// and every event of a subscription, so the look-up behind it is expected to be cached.
#[derive(Clone)]
pub struct Authenticator(Arc<Lookup>);

impl Authenticator {
    /// Wraps a look-up.
    pub fn new<F>(lookup: F) -> Self
    where
        F: Fn(String) -> BoxFuture<'static, Result<Option<Principal>, KeysUnavailable>>
            + Send
            + Sync
            + 'static,
    {
        Self(Arc::new(lookup))
    }

    async fn principal(&self, secret: &Secret) -> Result<Option<Principal>, KeysUnavailable> {
        (self.0)(secret.0.to_string()).await
    }
}

/// The secret of a key. Never shown.
#[derive(Clone)]
struct Secret(Arc<str>);

/// An authenticated caller that can be checked again: a key may be revoked or changed while a subscription runs.
#[derive(Clone)]
pub struct Session {
    caller: Caller,
    secret: Secret,
    authenticator: Authenticator,
    expires_at: Option<Instant>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("caller", &self.caller).finish_non_exhaustive()
    }
}

impl Session {
    /// Checks a secret; nothing if it opens nothing.
    pub async fn open(
        authenticator: &Authenticator,
        secret: &str,
        request_id: RequestId,
        language: Language,
    ) -> Result<Option<Self>, KeysUnavailable> {
        let secret = Secret(secret.into());
        let principal = authenticator.principal(&secret).await?;
        Ok(principal.map(|principal| {
            let Principal { workspace_id, key_id, access, actor, expires_at, credential } = principal;
            let request_id = request_id.0;
            let caller = Caller { workspace_id, key_id, access, actor, credential, request_id, language };
            Self { caller, secret, authenticator: authenticator.clone(), expires_at }
        }))
    }

    /// The caller as it was when the session was opened.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// When it ends by itself, if it does.
    pub(crate) fn expires_at(&self) -> Option<Instant> {
        self.expires_at
    }

    /// Whether the key still opens the same doors. Whoever cannot learn it shows nothing more: it is better to
    /// end a subscription, which can be resumed, than to show it to somebody who lost the right to see it.
    pub async fn still_holds(&self) -> Result<bool, KeysUnavailable> {
        let principal = self.authenticator.principal(&self.secret).await.inspect_err(|error| {
            tracing::warn!(error = error as &dyn std::error::Error, "a key could not be checked again");
        })?;
        Ok(principal.is_some_and(|now| {
            now.workspace_id == self.caller.workspace_id && now.access == self.caller.access
        }))
    }
}

/// Waits until the session ends by itself; for ever if it does not.
pub(crate) async fn expiry(session: &Session) {
    expires(session.expires_at()).await;
}

/// Waits for that moment; for ever if there is none.
pub(crate) async fn expires(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// The secret in an `Authorization` value: the scheme is written in any case.
pub(crate) fn bearer(value: &str) -> Option<&str> {
    let (scheme, secret) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !secret.trim().is_empty()).then(|| secret.trim())
}

/// The secret in the `Authorization` header.
pub(crate) fn bearer_header(headers: &HeaderMap) -> Option<&str> {
    bearer(headers.get(header::AUTHORIZATION)?.to_str().ok()?)
}

/// The language that the caller reads.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.map_or(Language::En, i18n::negotiate)
}

/// Lets only authenticated requests through, before their body is read, and leaves the [`Session`] with them.
pub(crate) async fn require_key(
    State(state): State<SharedState>,
    mut request: Request,
    next: Next,
) -> Result<Response, HttpError> {
    let secret = bearer_header(request.headers()).ok_or_else(HttpError::unauthenticated)?;
    let request_id = RequestId::of(&request);
    let opened = Session::open(&state.authenticator, secret, request_id, language(request.headers())).await;
    let session = match opened {
        Ok(session) => session.ok_or_else(HttpError::unauthenticated)?,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a key could not be checked");
            return Err(HttpError::unavailable("keys cannot be checked now; try again in a moment"));
        }
    };
    request.extensions_mut().insert(session);
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_value_holds_a_secret_and_nothing_else_does() {
        assert_eq!(bearer("Bearer ldk_1"), Some("ldk_1"));
        assert_eq!(bearer("bearer  ldk_1 "), Some("ldk_1"));
        for value in ["", "Bearer", "Bearer ", "Basic ldk_1", "ldk_1"] {
            assert_eq!(bearer(value), None, "{value}");
        }
    }
}
