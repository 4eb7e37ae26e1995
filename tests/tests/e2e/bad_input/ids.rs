//! Ids that name nothing, and ids that name what belongs to somebody else: nobody can tell the two apart.

use serde_json::{Value, json};

use super::Target;

/// Everything that can be asked about a consultation by its id, in one document.
const ASKED: &str = "query($id: ID!, $ids: [ID!]!) {
    consultation(id: $id) { topic } node(id: $id) { id } nodes(ids: $ids) { id }
    messages(first: 5, filter: { consultation: $ids }) { nodes { text } totalCount }
    calls(first: 5, filter: { consultation: $ids }) { totalCount }
    handovers(first: 5, filter: { consultation: $ids }) { totalCount }
    events(after: \"0\", first: 100, filter: { stream: $id }) { nodes { type } }
}";

/// An id of the same kind that names nothing: another number in the same wrapping.
fn unknown(known: &Value) -> Value {
    let id = known.as_str().unwrap();
    let place = id.len() - 12;
    let sign = if id.as_bytes()[place] == b'A' { 'B' } else { 'A' };
    json!(format!("{}{sign}{}", &id[..place], &id[place + 1..]))
}

#[tokio::test]
async fn what_belongs_to_another_workspace_is_as_unknown_as_what_does_not_exist() {
    let mut target = Target::new().await;
    let theirs = target.neighbour.open("Theirs").await;
    let nothing = unknown(&theirs);
    target.settle().await;
    let ask =
        async |id: &Value| target.server.post(ASKED, json!({ "id": id, "ids": [id] })).await.to_string();
    assert_eq!(ask(&theirs).await, ask(&nothing).await);
    assert!(ask(&target.id).await.contains("Ours"), "the same question about one's own is answered");

    let client = json!({ "clientId": theirs });
    let history = "query($id: ID!) { history(consultationId: $id, first: 1) { nodes { id } } }";
    for id in [&theirs, &nothing] {
        assert_eq!(target.server.fault(history, json!({ "id": id })).await, "NOT_FOUND");
        let on = |mut input: Value| {
            input["consultationId"] = id.clone();
            input
        };
        for (verb, input) in [
            ("startConsultation", on(json!({}))),
            ("addNote", on(json!({ "text": "mine" }))),
            ("startConsultation", on(json!({ "expectedVersion": 1 }))),
            ("mergeConsultation", on(json!({ "into": target.id }))),
        ] {
            let (code, _) = target.server.refusal(verb, input).await;
            assert_eq!(code, "consultation_not_found", "{verb} {id}");
        }
    }
    assert_eq!(target.server.refusal("eraseClient", client).await.0, "invalid_id");
    target.assert_unharmed().await;
}

#[tokio::test]
async fn lists_counts_searches_and_the_log_end_at_the_wall() {
    let mut target = Target::new().await;
    target.neighbour.open("Zebra alone").await;
    let client = json!({ "kind": "PERSON", "name": "Their client" });
    let client = target.neighbour.mutate("registerClient", client).await["createdId"].clone();
    target.settle().await;
    let everything = "query($min: Position) {
        consultations(first: 10, minPosition: $min) { totalCount nodes { topic } }
        consultationCounts { count } searchConsultations(text: \"zebra\") { nodes { id } }
        clients(first: 10) { totalCount nodes { name } } events(after: \"0\", first: 100) { nodes { data } }
    }";
    let min = json!({ "min": target.neighbour.head().await });
    let ours = target.server.query(everything, min.clone()).await;
    assert_eq!(ours["consultations"], json!({ "totalCount": 1, "nodes": [{ "topic": "Ours" }] }));
    assert_eq!(ours["clients"]["totalCount"], 0);
    assert!(!ours.to_string().to_lowercase().contains("zebra"), "{ours}");
    let theirs = target.neighbour.query(everything, min).await;
    assert!(theirs["consultations"]["totalCount"] == 1 && !theirs.to_string().contains("Ours"), "{theirs}");
    assert_eq!(theirs["searchConsultations"]["nodes"].as_array().unwrap().len(), 1);
    let refused = json!({ "topic": "With their client", "channel": "SITE", "clientId": client });
    let (code, field) = target.server.refusal("openConsultation", refused).await;
    assert_eq!((code.as_str(), &field), ("client_not_found", &json!("input.clientId")));
    target.assert_unharmed().await;
}

#[tokio::test]
async fn what_is_no_id_is_refused_as_such() {
    let target = Target::new().await;
    let kind = target.server.query("{ me { role } }", json!({})).await;
    assert!(kind["me"]["role"].is_string());
    for id in ["", "1", "not base64 at all", "0199f0c2-0000-7000-8000-000000000000", "%00", "' or 1=1 --"] {
        let (code, field) = target.server.refusal("startConsultation", json!({ "consultationId": id })).await;
        assert_eq!((code.as_str(), &field), ("invalid_id", &json!("input.consultationId")), "{id}");
        let asked = "query($id: ID!) { consultation(id: $id) { id } }";
        assert_eq!(target.server.fault(asked, json!({ "id": id })).await, "BAD_USER_INPUT", "{id}");
    }
    let long = "A".repeat(100_000);
    assert_eq!(
        target.server.refusal("startConsultation", json!({ "consultationId": long })).await.0,
        "invalid_id"
    );
    target.assert_unharmed().await;
}
