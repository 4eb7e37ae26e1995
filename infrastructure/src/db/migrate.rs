//! Brings the schema up to date.

use sqlx::{
    Connection as _, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
};

use super::{DatabaseError, pool::parse};

/// The migrations in `/migrations`, compiled in. Run them with [`migrate`].
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Where it is kept which migrations ran. Named with its schema: an unqualified name means one place before
/// the first migration and another one after it, if the connecting role is called like the schema.
const SCHEMA: &str = "ledgerdesk";
const TABLE: &str = "ledgerdesk.migrations";

/// Applies what is missing, each migration in its own transaction, and answers how many that were. Nodes that
/// do this at once wait for each other. Runs with the rights of the URL's role, not with the application's.
pub async fn migrate(url: &str) -> Result<usize, DatabaseError> {
    let options: PgConnectOptions = parse(url)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(DatabaseError::Connect)?;
    let before = applied(&mut connection).await?;
    let mut migrator = Migrator::with_migrations(MIGRATOR.iter().cloned().collect());
    migrator.dangerous_set_table_name(TABLE);
    migrator.create_schema(SCHEMA);
    migrator.run(&mut connection).await.map_err(explain)?;
    let after = applied(&mut connection).await?;
    // What is said now is said to nobody: the work is committed.
    let _ = connection.close().await;
    Ok(after.saturating_sub(before))
}

async fn applied(connection: &mut PgConnection) -> Result<usize, DatabaseError> {
    let count = async {
        let exists: bool = sqlx::query_scalar("select to_regclass($1) is not null")
            .bind(TABLE)
            .fetch_one(&mut *connection)
            .await?;
        if !exists {
            return Ok(0);
        }
        sqlx::query_scalar::<_, i64>("select count(*) from ledgerdesk.migrations where success")
            .fetch_one(connection)
            .await
    };
    let count = count.await.map_err(DatabaseError::Connect)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

fn explain(error: MigrateError) -> DatabaseError {
    match error {
        MigrateError::VersionMissing(version) => DatabaseError::Newer { version },
        MigrateError::VersionMismatch(version) => DatabaseError::Changed { version },
        error => DatabaseError::Migrate(error),
    }
}
