//! Tables that nobody folds at the moment: what a rebuild replaced, and what an interrupted one has built so far.
//!
//! They stand at an earlier position than the live table and are folded on when they are needed again. An erasure
//! must not wait for that: the transaction that erases a person from the live table erases them here, too. A fold
//! that later passes the erasure finds nulls where it would have written them, as a rebuild does. While somebody
//! folds a build, its own fold passes the erasure; if that somebody vanishes, [`settle`] catches up on erasures.

use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use uuid::Uuid;

use super::{
    fault::Fault,
    lease::Lease,
    projection::Definition,
    table::{self, Build},
};

/// Whether the build has a table.
pub(super) async fn exists(
    connection: &mut PgConnection,
    build: Build,
    name: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select to_regclass($1) is not null")
        .bind(format!("{}.{name}", build.schema()))
        .fetch_one(connection)
        .await
}

/// Empties the personal columns of these persons in every table that nobody folds.
pub(super) async fn erase(
    connection: &mut PgConnection,
    name: &str,
    workspace: Uuid,
    persons: &[Uuid],
) -> Result<(), Fault> {
    // The lock keeps whoever wants to fold on waiting until this is written.
    let idle: Vec<(String, Vec<String>)> = sqlx::query_as(
        "select build, personal from ledgerdesk.projections
          where name = $1 and build <> 'live' and holder is null and cardinality(personal) > 0
            and to_regclass(build || '.' || name) is not null
            for share",
    )
    .bind(name)
    .fetch_all(&mut *connection)
    .await?;
    for (build, personal) in idle {
        let sql = format!(
            "update {build}.{name} set {} where workspace_id = $1 and person_id = any($2)",
            to_null(&personal)
        );
        sqlx::query(AssertSqlSafe(sql)).bind(workspace).bind(persons).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Empties the personal columns of everybody who was erased after `position`, in one build's table.
pub(super) async fn erase_since(
    connection: &mut PgConnection,
    build: Build,
    name: &str,
    (position, personal): (i64, &[String]),
) -> Result<(), Fault> {
    if personal.is_empty() {
        return Ok(());
    }
    // The key is destroyed in the transaction of the event; its time is the event's, which never runs back.
    let sql = format!(
        "update {}.{name} t set {} from ledgerdesk.person_keys k
          where t.person_id = k.person_id and t.workspace_id = k.workspace_id and k.destroyed_at is not null
            and k.destroyed_at >= coalesce(
                (select recorded_at from ledgerdesk.events where position = $1), '-infinity')",
        build.schema(),
        to_null(personal)
    );
    sqlx::query(AssertSqlSafe(sql)).bind(position).execute(connection).await?;
    Ok(())
}

/// The same for what an interrupted rebuild has built, unless somebody folds it on.
pub(super) async fn erase_rebuild_since(
    connection: &mut PgConnection,
    name: &str,
    position: i64,
) -> Result<(), Fault> {
    let personal: Option<Vec<String>> = sqlx::query_scalar(
        "select personal from ledgerdesk.projections
          where name = $1 and build = 'rebuild' and holder is null and cardinality(personal) > 0
            and to_regclass('rebuild.' || name) is not null
            for share",
    )
    .bind(name)
    .fetch_optional(&mut *connection)
    .await?;
    match personal {
        Some(personal) => erase_since(connection, Build::Rebuild, name, (position, &personal)).await,
        None => Ok(()),
    }
}

/// Gives the claim of a build back, its table without those who were erased while it was folded: the live fold left
/// that to whoever held the claim.
pub(super) async fn release(pool: &PgPool, lease: &Lease) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    let held: Option<(i64, Option<Vec<String>>)> = sqlx::query_as(
        "update ledgerdesk.projections set holder = null, expires_at = clock_timestamp()
          where name = $1 and build = $2 and token = $3
         returning position, personal",
    )
    .bind(lease.name)
    .bind(lease.build.as_str())
    .bind(lease.token)
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some((position, personal)) = held
        && exists(&mut transaction, lease.build, lease.name).await?
    {
        let personal = personal.unwrap_or_default();
        erase_since(&mut transaction, lease.build, lease.name, (position, &personal)).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Columns of a definition, of this program or another: plain identifiers.
fn to_null(personal: &[String]) -> String {
    personal.iter().map(|column| format!("{column} = null")).collect::<Vec<_>>().join(", ")
}

/// Takes the claim from whoever vanished while folding a build beside the live one. What was built stays, without
/// those who were erased meanwhile; a rebuild that wrote nothing leaves nothing.
pub(super) async fn settle(pool: &PgPool, definition: &'static Definition) -> Result<(), Fault> {
    let name = definition.name;
    for build in [Build::Rebuild, Build::Previous] {
        let mut transaction = pool.begin().await?;
        let abandoned: Option<(i64, Option<Vec<String>>)> = sqlx::query_as(
            "select position, personal from ledgerdesk.projections
              where name = $1 and build = $2 and holder is not null and expires_at <= clock_timestamp()
                for update skip locked",
        )
        .bind(name)
        .bind(build.as_str())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((position, personal)) = abandoned else { continue };
        if build == Build::Rebuild && position == 0 {
            table::drop_table(&mut transaction, build.schema(), definition).await?;
        } else if exists(&mut transaction, build, name).await? {
            let personal = personal.unwrap_or_default();
            erase_since(&mut transaction, build, name, (position, &personal)).await?;
        }
        sqlx::query("update ledgerdesk.projections set holder = null where name = $1 and build = $2")
            .bind(name)
            .bind(build.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        tracing::warn!(projection = name, build = build.as_str(), position, "an abandoned build is kept");
    }
    Ok(())
}
