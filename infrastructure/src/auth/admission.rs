//! The one door: whatever somebody shows, a key, a token, an invitation or the front end's secret, becomes who they are
//! and what they may do.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::{Actor, ActorKind},
    id::{ManagerId, WorkspaceId},
};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Access, ApiKeys, AuthError, FrontEnd, Identities, InvitationSecret, Invitations, Oidc, Place, RoleId,
    Scope, TokenHolder, actor,
};
use crate::clock::{Clock, IdSource};

/// How long a token is not looked at again.
const FRESH: Duration = Duration::from_secs(2);
/// How many tokens are remembered.
const REMEMBERED: usize = 10_000;

/// With what somebody came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A key, or the front end's secret.
    Key,
    /// A token of the provider; their address, if the provider has verified it.
    Token {
        /// The verified address, in lower case.
        email: Option<String>,
    },
    /// The link of an invitation, which is good for nothing but to accept it.
    Invitation {
        /// The invitation.
        id: Uuid,
    },
}

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Into which workspace.
    pub workspace_id: WorkspaceId,
    /// The key, the session or the invitation.
    pub id: Uuid,
    /// What they may do.
    pub access: Access,
    /// Who acts, as events record it.
    pub actor: Actor,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// With what they came.
    pub credential: Credential,
}

/// Tokens that were believed a moment ago, by their digest.
type Tokens = HashMap<[u8; 32], (Admitted, Instant)>;

/// The one door. Cheap to clone.
#[derive(Clone)]
pub struct Admission {
    pool: PgPool,
    keys: ApiKeys,
    identities: Identities,
    invitations: Invitations,
    oidc: Option<Oidc>,
    front_end: Option<FrontEnd>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    tokens: Arc<Mutex<Tokens>>,
    /// The workspace of the first start, once it is known: it stays the same.
    oldest: Arc<OnceLock<WorkspaceId>>,
}

impl Admission {
    /// Over the keys of this database. Tokens and the front end's secret open something only where they are set up.
    pub fn new(
        (pool, keys): (PgPool, ApiKeys),
        (oidc, front_end): (Option<Oidc>, Option<FrontEnd>),
        (clock, ids): (Arc<dyn Clock>, Arc<dyn IdSource>),
    ) -> Self {
        let (identities, invitations) = (Identities::new(pool.clone()), Invitations::new(pool.clone()));
        Self {
            pool,
            keys,
            identities,
            invitations,
            oidc,
            front_end,
            clock,
            ids,
            tokens: Arc::default(),
            oldest: Arc::default(),
        }
    }

    /// Who shows this text; nobody if it opens nothing.
    pub async fn admit(&self, text: &str) -> Result<Option<Admitted>, AuthError> {
        if let Some(key) = self.keys.authenticate(text).await? {
            let (credential, expires_at) = (Credential::Key, None);
            let super::ApiKey { id, workspace_id, access, actor } = key;
            return Ok(Some(Admitted { workspace_id, id, access, actor, expires_at, credential }));
        }
        if let Some(front_end) = self.front_end.as_ref().filter(|front_end| front_end.is_shown(text)) {
            return self.front_end(front_end).await;
        }
        if let Some(secret) = InvitationSecret::parse(text) {
            return self.invited(&secret).await;
        }
        match &self.oidc {
            Some(oidc) if Oidc::may_be_one(text) => self.signed_in(oidc, text).await,
            _ => Ok(None),
        }
    }

    async fn front_end(&self, front_end: &FrontEnd) -> Result<Option<Admitted>, AuthError> {
        let Some(workspace_id) = self.oldest_workspace().await? else { return Ok(None) };
        let place = Place { role: front_end.role, scope: Scope::All, manager_id: None };
        let Some(access) = self.identities.access(workspace_id, place).await? else { return Ok(None) };
        let (id, credential) = (front_end.id(), Credential::Key);
        let actor = Actor { kind: ActorKind::Integration, id: Some(id) };
        Ok(Some(Admitted { workspace_id, id, access, actor, expires_at: None, credential }))
    }

    async fn invited(&self, secret: &InvitationSecret) -> Result<Option<Admitted>, AuthError> {
        let Some((workspace_id, invitation)) = self.invitations.find(secret, self.clock.now()).await? else {
            return Ok(None);
        };
        Ok(Some(Admitted {
            workspace_id,
            id: invitation.id,
            access: Access::none(),
            actor: Actor { kind: ActorKind::Integration, id: Some(invitation.id) },
            expires_at: Some(invitation.expires_at),
            credential: Credential::Invitation { id: invitation.id },
        }))
    }

    async fn signed_in(&self, oidc: &Oidc, token: &str) -> Result<Option<Admitted>, AuthError> {
        let (digest, now) = (<[u8; 32]>::from(Sha256::digest(token.as_bytes())), self.clock.now());
        if let Some((admitted, at)) = self.tokens().get(&digest).cloned()
            && at.elapsed() < FRESH
            && admitted.expires_at.is_some_and(|expires_at| expires_at > now)
        {
            return Ok(Some(admitted));
        }
        let Some(holder) = oidc.believe(token, now).await? else { return Ok(None) };
        let admitted = self.holder(oidc, holder, now).await?;
        let mut tokens = self.tokens();
        if tokens.len() >= REMEMBERED {
            tokens.clear();
        }
        match &admitted {
            Some(admitted) => drop(tokens.insert(digest, (admitted.clone(), Instant::now()))),
            None => drop(tokens.remove(&digest)),
        }
        drop(tokens);
        Ok(admitted)
    }

    async fn holder(
        &self,
        oidc: &Oidc,
        holder: TokenHolder,
        now: DateTime<Utc>,
    ) -> Result<Option<Admitted>, AuthError> {
        let workspace = match holder.workspace.or(oidc.settings().workspace) {
            Some(workspace) => Some(workspace),
            None => self.oldest_workspace().await?,
        };
        let Some(workspace_id) = workspace else { return Ok(None) };
        let who = (oidc.settings().issuer.as_str(), holder.subject.as_str());
        let known = self.identities.meet(workspace_id, who, self.ids.next_id(), now).await?;
        if known.has_ended(holder.issued_at) {
            return Ok(None);
        }
        // An invitation is newer and more exact than a mapping of roles.
        let of_claims = holder.role.map(|role| Place { role, scope: Scope::All, manager_id: holder.manager });
        let place = known.place.or(of_claims);
        let access = match place {
            Some(place) => self.identities.access(workspace_id, place).await?.unwrap_or_else(Access::none),
            None => Access::none(),
        };
        let manager = place.and_then(|place| place.manager_id).map(ManagerId::uuid);
        let role = access.role.unwrap_or(RoleId::Custom(known.id));
        Ok(Some(Admitted {
            workspace_id,
            id: known.id,
            access,
            actor: actor(known.id, role, manager),
            expires_at: Some(holder.expires_at),
            credential: Credential::Token { email: holder.email },
        }))
    }

    /// The workspace of the first start.
    async fn oldest_workspace(&self) -> Result<Option<WorkspaceId>, AuthError> {
        if let Some(oldest) = self.oldest.get() {
            return Ok(Some(*oldest));
        }
        let oldest: Option<Uuid> = sqlx::query_scalar(
            "select workspace_id from ledgerdesk.api_keys order by created_at, id limit 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(oldest.map(|oldest| *self.oldest.get_or_init(|| WorkspaceId(oldest))))
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
