//! What a token's claims mean here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{OidcSettings, TokenHolder};

/// Longest subject that is kept, in characters: what the specification allows.
const MAX_SUBJECT: usize = 255;

/// The claims of a token. Times must be numbers: a text in their place is refused, not passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    sub: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    iat: Option<f64>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Claims {
    /// What they mean; nothing if the token is not in force or names nobody.
    pub(super) fn holder(self, settings: &OidcSettings, now: DateTime<Utc>) -> Option<TokenHolder> {
        let expires_at = time(self.exp)?;
        let skew = chrono::TimeDelta::from_std(settings.clock_skew.min(Duration::from_hours(1))).ok()?;
        if expires_at + skew <= now || is_after(self.nbf, now + skew) || is_after(self.iat, now + skew) {
            return None;
        }
        let subject = self.sub.trim();
        if subject.is_empty() || subject.chars().count() > MAX_SUBJECT || subject.contains('\0') {
            return None;
        }
        let verified = self.others.get("email_verified").and_then(Value::as_bool).unwrap_or_default();
        let email = self.others.get("email").and_then(Value::as_str).filter(|_| verified);
        let workspace = match &settings.workspace_claim {
            // A token that does not say which workspace opens none.
            Some(claim) => Some(WorkspaceId(id(&self.others, claim)?)),
            None => None,
        };
        let has = roles(&self.others, &settings.role_claim);
        Some(TokenHolder {
            subject: subject.to_owned(),
            email: email.map(str::to_lowercase),
            issued_at: self.iat.and_then(time),
            expires_at,
            role: settings.roles.iter().find(|(name, _)| has.contains(&name.as_str())).map(|(_, role)| *role),
            workspace,
            manager: settings.manager_claim.as_ref().and_then(|claim| id(&self.others, claim)).map(ManagerId),
        })
    }
}

/// Whether a time that is given lies later than this, or is none.
fn is_after(seconds: Option<f64>, latest: DateTime<Utc>) -> bool {
    seconds.is_some_and(|seconds| time(seconds).is_none_or(|at| at > latest))
}

/// Seconds since 1970, which may have fractions.
fn time(seconds: f64) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked, and fractions do not matter")]
    let whole = (0.0..253_402_300_800.0).contains(&seconds).then_some(seconds as i64)?;
    DateTime::from_timestamp(whole, 0)
}

/// The value at a path with dots, such as `realm_access.roles`. A claim whose own name has dots is found as well.
fn at<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(path) {
        return Some(value);
    }
    let (first, rest) = path.split_once('.')?;
    at(claims.get(first)?.as_object()?, rest)
}

fn id(claims: &Map<String, Value>, path: &str) -> Option<Uuid> {
    at(claims, path)?.as_str()?.parse().ok()
}

/// A list of texts, or one text with blanks between, as `scope` is written.
fn roles<'a>(claims: &'a Map<String, Value>, path: &str) -> Vec<&'a str> {
    match at(claims, path) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.split_whitespace().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::auth::{Role, RoleId};

    fn settings() -> OidcSettings {
        OidcSettings {
            issuer: "https://id.example".to_owned(),
            audience: "ledgerdesk".to_owned(),
            role_claim: "realm_access.roles".to_owned(),
            roles: vec![
                ("lead".to_owned(), RoleId::System(Role::Supervisor)),
                ("desk".to_owned(), RoleId::System(Role::Manager)),
            ],
            workspace_claim: None,
            workspace: None,
            manager_claim: Some("manager".to_owned()),
            clock_skew: Duration::from_mins(1),
            refetch: Duration::ZERO,
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn holder(claims: Value) -> Option<TokenHolder> {
        serde_json::from_value::<Claims>(claims).ok()?.holder(&settings(), now())
    }

    #[test]
    fn a_token_is_in_force_between_its_times_within_the_skew_of_clocks() {
        let at = |exp: i64, nbf: i64| {
            holder(json!({ "sub": "a", "exp": 1_800_000_000 + exp, "nbf": 1_800_000_000 + nbf }))
        };
        assert!(at(60, 0).is_some() && at(-59, 59).is_some());
        assert!(at(-60, 0).is_none() && at(60, 61).is_none());
        for odd in [json!("1900000000"), json!(null), json!(-1), json!(1e300)] {
            assert!(holder(json!({ "sub": "a", "exp": odd })).is_none(), "{odd}");
        }
        assert!(holder(json!({ "sub": "a", "exp": 1_900_000_000, "nbf": "1900000000" })).is_none());
        assert!(holder(json!({ "sub": "a", "exp": 1_900_000_000, "iat": 1_900_000_000 })).is_none());
        assert!(holder(json!({ "sub": " ", "exp": 1_900_000_000 })).is_none());
    }

    #[test]
    fn the_first_known_role_counts_wherever_the_claim_stands() {
        let role = |roles: Value| {
            let claims = json!({ "sub": "a", "exp": 1_900_000_000, "realm_access": { "roles": roles } });
            holder(claims).and_then(|holder| holder.role)
        };
        assert_eq!(role(json!(["desk", "lead"])), Some(RoleId::System(Role::Supervisor)));
        assert_eq!(role(json!("offline desk")), Some(RoleId::System(Role::Manager)));
        assert_eq!(role(json!(["owner", 7])), None);
    }

    #[test]
    fn an_address_counts_once_it_is_verified() {
        let email = |verified: Value| {
            let claims = json!({ "sub": "a", "exp": 1_900_000_000, "email": "A@b.example", "email_verified": verified });
            holder(claims).and_then(|holder| holder.email)
        };
        assert_eq!(email(json!(true)).as_deref(), Some("a@b.example"));
        assert_eq!(email(json!("true")), None);
        assert_eq!(email(json!(false)), None);
    }
}
