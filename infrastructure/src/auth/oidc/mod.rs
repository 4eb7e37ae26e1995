//! Tokens of an `OpenID` Connect provider: who signed in elsewhere is let in here.
//!
//! A token is believed when its signature holds under a key that the provider publishes now ([`keys`]), it was made by
//! that provider, for us, and is in force. What it allows follows from its claims ([`claims`]) or from an invitation
//! that its owner accepted ([`super::identities`]).

mod claims;
mod fetch;
mod keys;

use std::time::Duration;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};

pub(crate) use self::fetch::safe_url;
use self::{claims::Claims, keys::SigningKeys};
use super::{AuthError, RoleId};

/// The signatures that are believed: made with a key that only the provider has. Neither `none` nor one with a shared
/// secret, for which anybody could take the published key.
const BELIEVED: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Longest token, in bytes. Providers that put every group of a person in stay below.
const MAX_TOKEN: usize = 16 * 1024;

/// Which provider, and how its claims are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// The provider, as its tokens name it: an `https` URL, or `http` on this machine.
    pub issuer: String,
    /// Whom its tokens must be for.
    pub audience: String,
    /// Where a token's roles stand, such as `roles` or, for Keycloak, `realm_access.roles`.
    pub role_claim: String,
    /// What a role of the provider is here; the first one that a token has counts.
    pub roles: Vec<(String, RoleId)>,
    /// Where the workspace's id stands; in no claim if the workspace is always the same.
    pub workspace_claim: Option<String>,
    /// The workspace where no claim says it; the oldest one if none is named.
    pub workspace: Option<WorkspaceId>,
    /// Where the id of the manager stands as whom the person acts.
    pub manager_claim: Option<String>,
    /// How far the provider's clock may be from ours.
    pub clock_skew: Duration,
    /// How long to wait between two looks at the provider's keys because of a key that is not known.
    pub refetch: Duration,
}

/// What a believed token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHolder {
    /// Who, in the provider's words.
    pub subject: String,
    /// Their address, if the provider has verified it.
    pub email: Option<String>,
    /// When the token was made.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// What their roles are here, if any is known.
    pub role: Option<RoleId>,
    /// The workspace, where a claim says it.
    pub workspace: Option<WorkspaceId>,
    /// As whom they act.
    pub manager: Option<ManagerId>,
}

impl OidcSettings {
    /// How long to wait between two looks at the provider's keys, usually.
    pub const REFETCH: Duration = Duration::from_secs(10);
}

/// Believes or refuses the tokens of one provider. Cheap to clone.
#[derive(Clone)]
pub struct Oidc {
    settings: std::sync::Arc<OidcSettings>,
    keys: SigningKeys,
}

impl Oidc {
    /// For this provider, which is asked only when the first token comes.
    pub fn new(settings: OidcSettings) -> Result<Self, AuthError> {
        let keys = SigningKeys::new(&settings.issuer, settings.refetch)?;
        Ok(Self { settings: std::sync::Arc::new(settings), keys })
    }

    /// The settings.
    pub fn settings(&self) -> &OidcSettings {
        &self.settings
    }

    /// Whether a text may be a token at all: three parts with dots between.
    pub(super) fn may_be_one(text: &str) -> bool {
        text.len() <= MAX_TOKEN && text.bytes().filter(|byte| *byte == b'.').count() == 2
    }

    /// What a token says, if it is to be believed now. An error only if the provider cannot be asked.
    pub async fn believe(&self, token: &str, now: DateTime<Utc>) -> Result<Option<TokenHolder>, AuthError> {
        if !Self::may_be_one(token) {
            return Ok(None);
        }
        let Ok(header) = decode_header(token) else { return Ok(None) };
        if !BELIEVED.contains(&header.alg) {
            tracing::info!(algorithm = ?header.alg, "a token is refused: its signature could be anybody's");
            return Ok(None);
        }
        let Some(key) = self.keys.find(header.kid.as_deref(), header.alg).await? else {
            tracing::info!("a token is refused: the provider has no such key");
            return Ok(None);
        };
        let Ok(key) = DecodingKey::from_jwk(&key) else { return Ok(None) };
        let claims = match decode::<Claims>(token, &key, &self.validation(header.alg)) {
            Ok(token) => token.claims,
            Err(error) => {
                tracing::info!(%error, "a token is refused");
                return Ok(None);
            }
        };
        Ok(claims.holder(&self.settings, now))
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = self.settings.clock_skew.as_secs();
        validation.validate_nbf = true;
        validation
    }
}
