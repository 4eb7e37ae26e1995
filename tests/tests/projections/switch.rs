//! Back to what a rebuild replaced, under the hands of those who write and read.

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, run, said},
};
use rustix::process::Signal;
use serde_json::json;
use sqlx::Executor as _;

use crate::support::{count, on, wait_for_read_models};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_model_is_switched_back_and_forth_while_it_is_served() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    done(&url, &["demo", "--count", "30"]);
    let nothing = run(&url, &["projections", "switch", "messages"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(said(&nothing).contains("code: projection_nothing_replaced"), "{}", said(&nothing));
    let unknown = said(&run(&url, &["projections", "switch", "mesages"]));
    assert!(unknown.contains("code: projection_unknown"), "{unknown}");
    done(&url, &["projections", "rebuild", "--all"]);

    let names: Vec<String> =
        sqlx::query_scalar("select name from ledgerdesk.projections where build = 'live' order by name")
            .fetch_all(database.pool())
            .await
            .unwrap();
    assert_eq!(names.len(), ledgerdesk_tests::read_models());
    for round in 0..2 {
        for name in &names {
            let id = server.open("Opened between switches").await;
            let switched = done(&url, &["projections", "switch", name]);
            assert!(switched.contains(&format!("{name}: version")), "{switched}");
            let note = server.mutate("addNote", on(&id, json!({ "text": "shown at once" }))).await;
            let shown =
                "query($id: ID!, $min: Position) { consultation(id: $id, minPosition: $min) { noteCount } }";
            let shown = server.query(shown, json!({ "id": id, "min": note["position"] })).await;
            assert_eq!(shown["consultation"]["noteCount"], 1, "round {round}, {name}");
        }
    }
    wait_for_read_models(&database).await;
    let shown = server.query("{ projections { previousVersion previousPosition } }", json!({})).await;
    for projection in shown["projections"].as_array().unwrap() {
        assert!(projection["previousPosition"].as_i64().unwrap() > 0, "{projection}");
    }
    assert_eq!(server.stop(Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);

    // The table of another program.
    database
        .owner()
        .await
        .execute("update ledgerdesk.projections set version = 99 where build = 'previous' and name = 'calls'")
        .await
        .unwrap();
    let other = said(&run(&url, &["projections", "switch", "calls"]));
    assert!(other.contains("code: projection_replaced_version") && other.contains("version 99"), "{other}");
}

#[tokio::test]
async fn what_was_replaced_does_not_outlive_an_erasure() {
    let database = TestDatabase::new().await;
    let url = database.url();
    let mut server = Server::start(&url);
    let client = json!({ "kind": "PERSON", "name": "Anna Secretova" });
    let anna = server.mutate("registerClient", client).await["createdId"].clone();
    let opening = json!({ "topic": "Secretova's topic", "channel": "SITE", "clientId": anna });
    server.mutate("openConsultation", opening).await;
    wait_for_read_models(&database).await;
    done(&url, &["projections", "rebuild", "--all"]);
    let quoted = "select (select count(*) from previous.clients t where t::text like '%Secretova%')
        + (select count(*) from previous.consultation_list t where t::text like '%Secretova%')";
    assert_eq!(count(&database, quoted).await, 2, "there is something to erase");
    server.mutate("eraseClient", json!({ "clientId": anna })).await;
    wait_for_read_models(&database).await;
    assert_eq!(count(&database, quoted).await, 0);
    for name in ["clients", "consultation_list", "history"] {
        done(&url, &["projections", "switch", name]);
    }
    assert_eq!(server.stop(Signal::TERM), Some(0));
    done(&url, &["projections", "check", "--all"]);
}
