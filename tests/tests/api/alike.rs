//! Who asks the same at the same time is answered together, and sees what they may see; each is kept as a reader.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use ledgerdesk_tests::wait_until;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, another_workspace};

const QUESTION: &str = "{ consultations(first: 5) { nodes { topic assignee { id } } } }";
/// How often each of them asks.
const TIMES: usize = 8;

/// The topics that are answered to a request of this number.
async fn topics(app: &App, key: &str, number: Uuid) -> Value {
    let request = reqwest::Client::new()
        .post(format!("http://{}/graphql", app.address))
        .bearer_auth(key)
        .header("x-request-id", number.to_string())
        .json(&json!({ "query": QUESTION }));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], number.to_string());
    let answer: Value = answer.json().await.unwrap();
    let nodes = answer["data"]["consultations"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    nodes.iter().map(|node| node["topic"].clone()).collect()
}

#[tokio::test]
async fn who_asks_the_same_sees_what_they_may_and_is_kept_each() {
    let app = App::start().await;
    let owner = app.key(Role::Owner);
    app.open(&owner, "The printer prints stripes").await;
    // A node that starts makes its read models; who asks earlier than that finds none.
    let shown = || async {
        let answer = app.post(&owner, QUESTION, json!({})).await;
        answer["data"]["consultations"]["nodes"][0].is_object()
    };
    wait_until("the list should show it", shown).await;

    // None of those who ask can be answered before all have asked.
    let mut lock = app.pool().begin().await.unwrap();
    sqlx::query("lock table read.consultation_list in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let personal = json!(["The printer prints stripes"]);
    let callers = [
        (owner.clone(), &personal),
        (app.key(Role::Administrator), &personal),
        (app.key(Role::Analyst), &json!([null])),
        (app.key_of_manager_confined(SystemIds.next_id()), &json!([])),
        (app.key_of(another_workspace(), Role::Owner), &json!([])),
    ];
    let asked: Vec<_> = callers.iter().cycle().take(callers.len() * TIMES).collect();
    let mut readers = BTreeSet::new();
    let asking = asked.into_iter().map(|(key, expected)| {
        let number = SystemIds.next_id();
        if **expected == personal {
            readers.insert(number.to_string());
        }
        let app = &app;
        async move { assert_eq!(topics(app, key, number).await, **expected) }
    });
    let asking = join_all(asking.collect::<Vec<_>>());
    let unlocking = async {
        let waiting = "select count(*) from pg_locks where not granted and relation = 'read.consultation_list'::regclass";
        let waits =
            || async { sqlx::query_scalar::<_, i64>(waiting).fetch_one(app.pool()).await.unwrap() >= 4 };
        wait_until("each audience should wait", waits).await;
        lock.commit().await.unwrap();
    };
    tokio::join!(asking, unlocking);

    let entries = "{ disclosures(filter: { kind: [READ] }, first: 100) { nodes { requestId } } }";
    let entries = app.post(&owner, entries, json!({})).await;
    let entries = entries["data"]["disclosures"]["nodes"].as_array().unwrap();
    let kept: Vec<&str> = entries.iter().filter_map(|entry| entry["requestId"].as_str()).collect();
    let kept_once = |number: &String| kept.iter().filter(|kept| *kept == number).count() == 1;
    assert_eq!(readers.len(), 2 * TIMES);
    assert!(readers.iter().all(kept_once), "{readers:?} {kept:?}");
    app.stop().await;
}
