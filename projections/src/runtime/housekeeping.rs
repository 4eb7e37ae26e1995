//! What a rebuild that vanished leaves behind.

use sqlx::PgPool;

use super::{
    fault::Fault,
    projection::Definition,
    table::{self, Build},
};

/// Drops the table of a rebuild whose node vanished: nobody finishes it, and what it holds would outlive an
/// erasure. The row stays, so that the token goes on rising.
pub(super) async fn drop_abandoned_rebuild(
    pool: &PgPool,
    definition: &'static Definition,
) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    let abandoned = sqlx::query(
        "select from ledgerdesk.projections
          where name = $1 and build = 'rebuild' and holder is not null and expires_at <= clock_timestamp()
            for update skip locked",
    )
    .bind(definition.name)
    .fetch_optional(&mut *transaction)
    .await?;
    if abandoned.is_some() {
        table::drop_table(&mut transaction, Build::Rebuild.schema(), definition).await?;
        sqlx::query("update ledgerdesk.projections set holder = null where name = $1 and build = 'rebuild'")
            .bind(definition.name)
            .execute(&mut *transaction)
            .await?;
        tracing::warn!(projection = definition.name, "an abandoned rebuild was cleared away");
    }
    transaction.commit().await?;
    Ok(())
}
