//! A row changed behind the program's back is named by `ledgerdesk log verify`.

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, run},
};
use serde_json::json;
use sqlx::Executor as _;

#[tokio::test]
async fn a_changed_row_is_named_by_the_command_line() {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    for topic in ["one", "two", "three"] {
        server.mutate("openConsultation", json!({ "topic": topic, "channel": "SITE" })).await;
    }
    assert_eq!(server.stop(rustix::process::Signal::TERM), Some(0));
    let whole = run(&database.url(), &["log", "verify"]);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));

    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    let changed: uuid::Uuid = sqlx::query_scalar(
        "update ledgerdesk.events set payload = payload || '{\"priority\": \"URGENT\"}' \
         where position = (select max(position) - 1 from ledgerdesk.events) returning event_id",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    let verified = run(&database.url(), &["log", "verify"]);
    let said =
        [verified.stdout, verified.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert_eq!(verified.status.code(), Some(1), "{said}");
    assert!(said.contains(&changed.to_string()) && said.contains("event_changed"), "{said}");
}
