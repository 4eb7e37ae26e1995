//! A real log, imported by a process that is killed half-way; then every read model equals its rebuild.

use std::path::PathBuf;

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, ledgerdesk, run},
    wait_until,
};

fn shared(log: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LEDGERDESK_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let path = root.join("data").join(log);
    path.exists().then_some(path)
}

async fn count(database: &TestDatabase, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(database.pool()).await.unwrap()
}

#[tokio::test]
async fn an_import_killed_half_way_resumes_and_every_read_model_equals_its_rebuild() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    let whole = shared("helpdesk/helpdesk.csv.gz");
    if let Some(source) = &whole {
        let source = source.to_str().unwrap();
        let mut import = ledgerdesk(&url).args(["import", "--mapping", "helpdesk", source]).spawn().unwrap();
        wait_until("some of it is written", async || {
            count(&database, "select count(*) from ledgerdesk.events").await > 2_000
        })
        .await;
        import.kill().unwrap();
        import.wait().unwrap();
        for _ in 0..2 {
            let done = run(&url, &["import", "--mapping", "helpdesk", source]);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let opened = "select count(*) from ledgerdesk.events where event_type = 'ConsultationOpened'";
        assert_eq!(count(&database, opened).await, 4_580);
        let rows = "select count(distinct metadata -> 'source' ->> 'reference') from ledgerdesk.events \
                    where metadata -> 'source' ->> 'system' = 'import:helpdesk' and stream_type = 'consultation'";
        assert_eq!(count(&database, rows).await, 21_348, "every row of the source is in the log");
    } else {
        ledgerdesk_tests::skipped("an_import_killed_half_way_resumes", "the shared log helpdesk.csv.gz");
        assert!(run(&url, &["demo"]).status.success());
    }
    let verified = run(&url, &["log", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let checked = run(&url, &["projections", "check"]);
    let said =
        String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
}
