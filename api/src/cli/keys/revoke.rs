//! `ledgerdesk keys revoke`

use anyhow::Result;
use clap::Args;
use ledgerdesk_infrastructure::{
    auth::{ApiKeyRecord, ApiKeys, Role, RoleId},
    clock::{Clock as _, SystemClock},
};
use sqlx::PgPool;

use crate::cli::{failure::Failure, output};

/// End a key: no request and no running subscription may use it any more.
#[derive(Args)]
pub(in crate::cli) struct Revoke {
    /// Its id, or the beginning that `keys list` shows
    key: String,
    /// Also if it is the last owner key of its workspace
    #[arg(long)]
    last_owner: bool,
}

impl Revoke {
    pub(super) async fn run(self, pool: &PgPool) -> Result<()> {
        let keys = ApiKeys::new(pool.clone());
        let all = keys.list(None).await?;
        let found = self.find(&all)?;
        if !self.last_owner && is_last_owner(found, &all) {
            return Err(Failure {
                code: "last_owner_key",
                message:
                    "this is the last owner key of its workspace; create another first, or say --last-owner"
                        .to_owned(),
            }
            .into());
        }
        let was_valid = keys.revoke(found.id, None, SystemClock.now()).await?;
        let state = if was_valid { "is revoked" } else { "had been revoked before" };
        output::line(format!("The key {} ({}) {state}.", found.id, found.prefix))?;
        Ok(())
    }

    fn find<'a>(&self, all: &'a [ApiKeyRecord]) -> Result<&'a ApiKeyRecord, Failure> {
        let wanted = self.key.trim();
        let mut found = all.iter().filter(|key| key.id.to_string() == wanted || key.prefix == wanted);
        let failure = |code, message: &str| Failure { code, message: message.to_owned() };
        match (found.next(), found.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => {
                Err(failure("key_not_found", "there is no such key; `ledgerdesk keys list` shows them"))
            }
            (Some(_), Some(_)) => {
                Err(failure("key_ambiguous", "more than one key begins like this; give the id"))
            }
        }
    }
}

fn is_last_owner(key: &ApiKeyRecord, all: &[ApiKeyRecord]) -> bool {
    let is_valid_owner = |other: &&ApiKeyRecord| {
        other.workspace_id == key.workspace_id
            && other.role == RoleId::System(Role::Owner)
            && other.revoked_at.is_none()
    };
    is_valid_owner(&key) && all.iter().filter(is_valid_owner).count() == 1
}
