//! Asks a provider for its keys: discovery, then the document that it names. Over TLS, except on this machine; without
//! following redirects; bounded in time and size.

use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::jwk::Jwk;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::auth::AuthError;

/// How long one request may take.
const WITHIN: Duration = Duration::from_secs(5);
/// Longest document, in bytes.
const MAX_DOCUMENT: usize = 512 * 1024;
/// Most keys that are looked at.
const MAX_KEYS: usize = 100;

pub(super) struct Provider {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    issuer: String,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

impl Provider {
    pub(super) fn new(issuer: &str) -> Result<Self, AuthError> {
        // The same cryptography that the connections to PostgreSQL use.
        let provider = rustls::crypto::ring::default_provider();
        let builder =
            HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).map_err(failed)?;
        let client =
            Client::builder(TokioExecutor::new()).build(builder.https_or_http().enable_http1().build());
        Ok(Self { client, issuer: issuer.to_owned() })
    }

    /// The keys that it publishes now. One of a kind that is not known here is left out.
    pub(super) async fn keys(&self) -> Result<Vec<Jwk>, AuthError> {
        let place = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let discovery: Discovery = self.get(&place).await?;
        if discovery.issuer != self.issuer {
            let reason = format!("it calls itself {}, not {}", discovery.issuer, self.issuer);
            return Err(AuthError::Provider { reason });
        }
        let Keys { keys } = self.get(&discovery.jwks_uri).await?;
        Ok(keys.into_iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    async fn get<T: DeserializeOwned>(&self, place: &str) -> Result<T, AuthError> {
        let body = tokio::time::timeout(WITHIN, self.body(place)).await.map_err(failed)??;
        serde_json::from_slice(&body).map_err(|error| refused(format!("{place}: {error}")))
    }

    async fn body(&self, place: &str) -> Result<Bytes, AuthError> {
        let safe = safe_url(place)
            .ok_or_else(|| refused(format!("{place} is neither https nor on this machine")))?;
        let response = self.client.get(safe).await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(refused(format!("{place} answers {}", response.status())));
        }
        let body = Limited::new(response.into_body(), MAX_DOCUMENT).collect().await;
        Ok(body.map_err(|error| refused(format!("{place}: {error}")))?.to_bytes())
    }
}

/// An address that nobody in between can change.
pub(crate) fn safe_url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let here = matches!(uri.host()?, "localhost" | "127.0.0.1" | "[::1]");
    let plain = !uri.authority()?.as_str().contains('@');
    let scheme = uri.scheme_str()?;
    (plain && (scheme == "https" || scheme == "http" && here)).then_some(uri)
}

fn refused(reason: String) -> AuthError {
    AuthError::Provider { reason }
}

fn failed(error: impl std::fmt::Display) -> AuthError {
    refused(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_nobody_can_change_on_the_way_are_asked() {
        for good in [
            "https://id.example/realms/desk",
            "http://localhost:8080",
            "http://127.0.0.1:9/x",
            "http://[::1]:1",
        ] {
            assert!(safe_url(good).is_some(), "{good}");
        }
        for bad in [
            "http://id.example",
            "ftp://localhost",
            "https://a:b@id.example",
            "file:///etc/passwd",
            "id.example",
            "",
        ] {
            assert!(safe_url(bad).is_none(), "{bad}");
        }
    }
}
