//! Brings the schema up to date.

use sqlx::{
    Connection as _, PgConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
};

use super::{DatabaseError, pool::parse};

/// The migrations in `/migrations`, compiled in.
pub static MIGRATOR: Migrator = sqlx::migrate!("../migrations");

/// Applies what is missing, each migration in its own transaction, and answers how many that were. Nodes that
/// do this at once wait for each other. Runs with the rights of the URL's role, not with the application's.
pub async fn migrate(url: &str) -> Result<usize, DatabaseError> {
    let options: PgConnectOptions = parse(url)?;
    let mut connection = PgConnection::connect_with(&options).await.map_err(DatabaseError::Connect)?;
    let before = applied(&mut connection).await?;
    MIGRATOR.run(&mut connection).await.map_err(explain)?;
    let after = applied(&mut connection).await?;
    // What is said now is said to nobody: the work is committed.
    let _ = connection.close().await;
    Ok(after.saturating_sub(before))
}

async fn applied(connection: &mut PgConnection) -> Result<usize, DatabaseError> {
    let count = async {
        let exists: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
            .fetch_one(&mut *connection)
            .await?;
        if !exists {
            return Ok(0);
        }
        sqlx::query_scalar::<_, i64>("select count(*) from _sqlx_migrations where success")
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
