//! Who reads personal data over HTTP is kept, by the number of the request that the answer names.

use serde_json::{Value, json};

use crate::http::{Rest, path};

async fn newest(rest: &Rest) -> Value {
    let list = "{ disclosures(filter: { kind: [READ] }, first: 1) {
        nodes { action operations requestId consultationIds details } } }";
    rest.app.post(&rest.key, list, json!({})).await["data"]["disclosures"]["nodes"][0].take()
}

#[tokio::test]
async fn what_a_request_shows_is_kept_under_its_number() {
    let rest = Rest::start().await;
    let made = rest.open("The printer prints stripes").await;
    let shown = rest.get(&path(&made, "")).await;
    assert_eq!(shown.body["topic"], "The printer prints stripes");
    let kept = newest(&rest).await;
    assert_eq!(kept["requestId"], shown.header("x-request-id"), "{kept}");
    assert_eq!(
        (&kept["action"], &kept["consultationIds"]),
        (&json!("read:consultation"), &json!([made["id"]]))
    );
    assert_eq!(kept["details"]["entrance"], "rest");

    let document = "query($id: ID!) { node(id: $id) { ... on Consultation { topic } } again: consultation(id: $id) { topic } }";
    let answer = rest.app.post(&rest.key, document, json!({ "id": made["id"] })).await;
    assert_eq!(answer["data"]["again"]["topic"], "The printer prints stripes", "{answer}");
    let kept = newest(&rest).await;
    assert_eq!(kept["operations"], json!(["consultation", "node"]));
    assert_eq!(
        (&kept["consultationIds"], &kept["details"]["entrance"]),
        (&json!([made["id"]]), &json!("graphql"))
    );

    let calls = rest.get(&path(&made, "/calls")).await;
    assert_eq!((calls.status, newest(&rest).await), (200, kept), "who is shown nothing leaves no entry");
    rest.app.stop().await;
}
