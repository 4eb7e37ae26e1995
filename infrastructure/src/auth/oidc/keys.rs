//! The keys that a provider signs with. They change: a key that is not known is looked for again, but not more often
//! than now and then, whatever tokens say.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jsonwebtoken::{
    Algorithm,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use tokio::sync::Mutex;

use super::fetch::Provider;
use crate::auth::AuthError;

/// After this time the keys are looked at again, so that one that was withdrawn is not believed for long.
const FRESH: Duration = Duration::from_mins(10);
/// Keys that the provider could not confirm for so long are not believed any more.
const LONGEST: Duration = Duration::from_hours(24);

/// The keys of one provider. Cheap to clone.
#[derive(Clone)]
pub(super) struct SigningKeys(Arc<Inner>);

struct Inner {
    provider: Provider,
    refetch: Duration,
    known: RwLock<Known>,
    /// Who holds it asks the provider; when it was last asked.
    asked: Mutex<Option<Instant>>,
}

#[derive(Clone, Default)]
struct Known {
    keys: Arc<Vec<Jwk>>,
    at: Option<Instant>,
}

impl SigningKeys {
    pub(super) fn new(issuer: &str, refetch: Duration) -> Result<Self, AuthError> {
        let provider = Provider::new(issuer)?;
        Ok(Self(Arc::new(Inner { provider, refetch, known: RwLock::default(), asked: Mutex::default() })))
    }

    /// The key of this name for this algorithm; the only one for it, if the token names none.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<Jwk>, AuthError> {
        let known = self.known();
        let found = pick(&known.keys, kid, algorithm);
        let age = known.at.map(|at| at.elapsed());
        if found.is_some() && age.is_some_and(|age| age < FRESH) {
            return Ok(found);
        }
        let outcome = self.ask_again(known.at).await;
        let known = self.known();
        let is_believed = known.at.is_some_and(|at| at.elapsed() < LONGEST);
        match pick(&known.keys, kid, algorithm).filter(|_| is_believed) {
            Some(key) => Ok(Some(key)),
            // Without any key of the provider it cannot be said that the token is wrong.
            None if !is_believed => {
                outcome.and(Err(AuthError::Provider { reason: "it was not reached yet".into() }))
            }
            None => Ok(None),
        }
    }

    fn known(&self) -> Known {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the provider, unless somebody did since `seen` or not long ago.
    async fn ask_again(&self, seen: Option<Instant>) -> Result<(), AuthError> {
        let mut asked = self.0.asked.lock().await;
        let somebody_did = self.known().at != seen;
        if somebody_did || asked.is_some_and(|at| at.elapsed() < self.0.refetch) {
            return Ok(());
        }
        *asked = Some(Instant::now());
        let keys = self.0.provider.keys().await.inspect_err(|error| {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "the keys of the OpenID Connect provider"
            );
        })?;
        let known = Known { keys: Arc::new(keys), at: Some(Instant::now()) };
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

fn pick(keys: &[Jwk], kid: Option<&str>, algorithm: Algorithm) -> Option<Jwk> {
    let mut fitting = keys.iter().filter(|key| fits(key, algorithm));
    if let Some(kid) = kid {
        return fitting.find(|key| key.common.key_id.as_deref() == Some(kid)).cloned();
    }
    let only = fitting.next()?;
    fitting.next().is_none().then(|| only.clone())
}

/// Whether the key may have made such a signature: its kind, what it is for, and the algorithm that it names.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let signs = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let named = key.common.key_algorithm.is_none_or(|named| named.to_string() == format!("{algorithm:?}"));
    let kind = match (&key.algorithm, algorithm) {
        (
            AlgorithmParameters::RSA(_),
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512,
        ) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => curve.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES384) => curve.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    signs && named && kind
}
