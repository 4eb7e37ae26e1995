//! Migrating a database.

use ledgerdesk_infrastructure::db::{self, MIGRATOR};
use ledgerdesk_tests::TestDatabase;

#[tokio::test]
async fn migrating_again_does_nothing() {
    let database = TestDatabase::new().await;
    assert_eq!(db::migrate(&database.url()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_database_that_a_newer_version_has_migrated_is_refused() {
    let database = TestDatabase::new().await;
    let newest = MIGRATOR.iter().map(|migration| migration.version).max().unwrap();
    sqlx::query(
        "insert into ledgerdesk.migrations (version, description, success, checksum, execution_time) \
         values ($1, 'of tomorrow', true, '', 0)",
    )
    .bind(newest + 1)
    .execute(&mut database.owner().await)
    .await
    .unwrap();
    let refused = db::migrate(&database.url()).await.unwrap_err();
    assert_eq!(refused.code(), "database_newer");
}

#[tokio::test]
async fn a_migration_that_was_changed_afterwards_is_noticed() {
    let database = TestDatabase::new().await;
    sqlx::query("update ledgerdesk.migrations set checksum = 'other' where version = $1")
        .bind(MIGRATOR.iter().map(|migration| migration.version).max().unwrap())
        .execute(&mut database.owner().await)
        .await
        .unwrap();
    assert_eq!(db::migrate(&database.url()).await.unwrap_err().code(), "migration_changed");
}
