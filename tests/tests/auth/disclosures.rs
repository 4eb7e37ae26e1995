//! What is taken out of a workspace is kept: who, what, when; for good, and behind the wall.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::auth::{Disclosure, DisclosureKind, Whose};
use serde_json::json;
use sqlx::Executor as _;

use crate::{now, office::Office};

#[tokio::test]
async fn what_was_taken_out_is_listed_newest_first_and_never_changed() {
    let office = Office::open().await;
    let auditor = office.caller(Role::Auditor).await;
    let log = office.keys.disclosures();
    for rows in 1..=3 {
        let disclosure = Disclosure {
            kind: DisclosureKind::Export,
            workspace_id: office.node.workspace,
            at: now(),
            by_key: Some(auditor.key_id),
            actor: auditor.actor.clone(),
            request_id: Some(auditor.request_id),
            action: "export:consultations:csv".to_owned(),
            operations: Vec::new(),
            personal: rows == 3,
            whose: Whose::default(),
            position: Position(7),
            rows: Some(rows),
            details: json!({ "filter": { "status": ["CLOSED"] } }),
        };
        log.keep(disclosure).await.unwrap();
    }
    let shown = "nodes { action personal position rows byKey details }";
    let first = format!("{{ disclosures(first: 2) {{ {shown} pageInfo {{ hasNextPage endCursor }} }} }}");
    let first = office.ask(&auditor, &first).await["disclosures"].take();
    assert_eq!(
        first["nodes"][0],
        json!({ "action": "export:consultations:csv", "personal": true, "position": 7, "rows": 3,
                "byKey": auditor.key_id, "details": { "filter": { "status": ["CLOSED"] } } })
    );
    assert_eq!((&first["nodes"][1]["rows"], &first["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    let rest = format!("{{ disclosures(after: {}) {{ {shown} }} }}", first["pageInfo"]["endCursor"]);
    assert_eq!(office.ask(&auditor, &rest).await["disclosures"]["nodes"][0]["rows"], 1);

    let stranger = office.neighbour().await;
    let stranger = office.caller_in(stranger, Role::Owner).await;
    let nothing = office.ask(&stranger, "{ disclosures { nodes { action } } }").await;
    assert_eq!(nothing["disclosures"]["nodes"], json!([]));
    let manager = office.caller(Role::Manager).await;
    assert_eq!(office.codes(&manager, "{ disclosures { nodes { action } } }").await, ["FORBIDDEN"]);
    let changed = office.database.pool().execute("update ledgerdesk.disclosures set row_count = 0").await;
    assert!(changed.is_err(), "the application has no right to change it");
    let mut owner = office.database.owner().await;
    let removed = owner.execute("delete from ledgerdesk.disclosures").await.unwrap_err();
    assert!(removed.to_string().contains("append-only"), "{removed}");
    office.close().await;
}
