//! Databases for tests.

use ledgerdesk_api::http::Timeouts;
use ledgerdesk_infrastructure::db;
use ledgerdesk_tests::{TestDatabase, wait_until};

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::new(), TestDatabase::new());
    sqlx::raw_sql("create table only_here (id int)").execute(&mut one.owner().await).await.unwrap();
    let seen: bool = sqlx::query_scalar("select to_regclass('only_here') is not null")
        .fetch_one(&mut other.owner().await)
        .await
        .unwrap();
    assert!(!seen, "a table of one test is seen by another");
    let keys: i64 =
        sqlx::query_scalar("select count(*) from ledgerdesk.api_keys").fetch_one(one.pool()).await.unwrap();
    assert_eq!(keys, 0);
}

#[tokio::test]
async fn the_pool_has_the_rights_of_the_application_and_no_more() {
    let database = TestDatabase::new().await;
    let role: String = sqlx::query_scalar("select current_user").fetch_one(database.pool()).await.unwrap();
    assert_eq!(role, "ledgerdesk_app");
    let refused = sqlx::query("delete from ledgerdesk.api_keys").execute(database.pool()).await.unwrap_err();
    let code = refused.as_database_error().and_then(|error| error.code().map(String::from));
    assert_eq!(code.as_deref(), Some("42501"), "{refused}");
}

#[tokio::test]
async fn a_database_is_dropped_with_its_test() {
    let watcher = TestDatabase::new().await;
    let name = {
        let database = TestDatabase::new().await;
        sqlx::query_scalar::<_, String>("select current_database()").fetch_one(database.pool()).await.unwrap()
    };
    // Tests do not wait for it; the server is busy enough.
    wait_until("the database is gone", async || {
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(&name)
            .fetch_one(watcher.pool())
            .await
            .unwrap();
        !exists
    })
    .await;
}

#[tokio::test]
async fn a_statement_of_a_query_ends_before_the_query_does() {
    let database = TestDatabase::new().await;
    let timeout = async |pool: &sqlx::PgPool| -> i32 {
        let setting = "select setting::int from pg_settings where name = 'statement_timeout'";
        sqlx::query_scalar(setting).fetch_one(pool).await.unwrap()
    };
    let queries = db::for_queries(database.pool());
    let within = i32::try_from(Timeouts::default().query.as_millis()).unwrap();
    let limit = timeout(&queries).await;
    assert!(limit > 0 && limit < within, "{limit} ms of {within} ms");
    assert_eq!(timeout(database.pool()).await, 0, "what works for longer than one request is not concerned");
    queries.close().await;
}
