//! Ends a key.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{ApiKeys, AuthError};

impl ApiKeys {
    /// Ends a key: on this node at once, on others within two seconds. Answers whether it was valid until now.
    pub async fn revoke(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, AuthError> {
        let revoked = sqlx::query(
            "update ledgerdesk.api_keys set revoked_at = $2 where id = $1 and revoked_at is null",
        )
        .bind(id)
        .bind(now)
        .execute(&self.pool)
        .await?;
        self.cache.forget(id);
        Ok(revoked.rows_affected() == 1)
    }
}
