//! The matrix of `docs/permissions.md`, cell by cell: each role asks for each operation.

use std::{collections::HashMap, fs};

use ledgerdesk_api::graphql::caller::Role;
use serde_json::json;

use crate::{
    documents::Schema,
    office::{Office, codes},
};

/// What the committed page says: for each operation, whether each role may ask for it, in the order of the columns.
fn page() -> HashMap<(&'static str, String), Vec<bool>> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/permissions.md")).unwrap();
    let mut kind = "";
    let mut cells = HashMap::new();
    for line in page.lines() {
        match line {
            "## Queries" => kind = "query",
            "## Mutations" => kind = "mutation",
            "## Subscriptions" => kind = "subscription",
            _ if line.starts_with("## ") => kind = "",
            _ => {}
        }
        let mut columns = line.trim_matches('|').split('|').map(str::trim);
        let Some(name) = columns.next().and_then(|first| first.strip_prefix('`')?.strip_suffix('`')) else {
            continue;
        };
        if !kind.is_empty() {
            cells.insert((kind, name.to_owned()), columns.skip(1).map(|cell| cell == "✓").collect());
        }
    }
    cells
}

#[tokio::test]
async fn each_role_may_ask_for_what_the_page_says_and_for_nothing_else() {
    let office = Office::open().await;
    let schema = Schema::read(&office).await;
    let page = page();
    let mut callers = Vec::new();
    for role in Role::ALL {
        callers.push((role, office.caller(role).await));
    }
    let (mut tried, mut forbidden) = (0, 0);
    for operation in schema.operations() {
        let document = schema.short(&operation);
        let cells = &page[&(operation.kind, operation.name.clone())];
        assert_eq!(cells.len(), callers.len(), "{}", operation.name);
        for ((role, caller), allowed) in callers.iter().zip(cells) {
            let response = office.first(caller, &document).await;
            let codes = codes(&response);
            let refused = codes.iter().any(|code| code == "FORBIDDEN");
            assert_eq!(refused, !allowed, "{role:?} {}: {codes:?} {document}", operation.name);
            let known =
                codes.iter().all(|code| !code.starts_with("no code") && code != "INTERNAL_SERVER_ERROR");
            assert!(known, "{role:?} {document}: {codes:?}");
            if refused {
                let error = &response.errors[0];
                let named = error.extensions.as_ref().and_then(|extensions| extensions.get("permission"));
                assert!(named.is_some(), "{}: {}", operation.name, error.message);
            }
            tried += 1;
            forbidden += usize::from(refused);
        }
    }
    assert_eq!(tried, page.len() * Role::ALL.len());
    eprintln!("the permission matrix: {tried} cells, {forbidden} of them FORBIDDEN");
    office.close().await;
}

#[tokio::test]
async fn who_may_not_see_personal_data_sees_none_and_cannot_look_for_it() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let manager = office
        .done(
            &owner,
            "registerManager",
            json!({ "name": "Anna", "capacity": 5, "email": "anna@secret.example" }),
        )
        .await;
    let contacts = json!([{ "kind": "PHONE", "value": "+79990001122" }]);
    let client =
        json!({ "kind": "PERSON", "name": "Secret Client", "company": "Secret Ltd", "contacts": contacts });
    let client = office.done(&owner, "registerClient", client).await;
    let opened = json!({
        "topic": "Secret topic", "description": "Secret description", "channel": "SITE", "clientId": client,
    });
    let id = office.done(&owner, "openConsultation", opened).await;
    let on = |more: serde_json::Value| {
        let mut input = json!({ "consultationId": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    office.done(&owner, "assignConsultation", on(json!({ "assignee": manager }))).await;
    office.done(&owner, "receiveMessage", on(json!({ "channel": "SITE", "text": "Secret words" }))).await;
    office.done(&owner, "addNote", on(json!({ "text": "Secret note" }))).await;
    office.settled().await;
    let query = "{ consultations { nodes { id topic client { name company contacts { value } } assignee { name email }
        detail { description } messages { nodes { text } } history { nodes { text details } } } }
        clients { nodes { name } } messages { nodes { text } } }";
    let shown = office.ask(&owner, query).await.to_string();
    for secret in
        ["Secret topic", "Secret Client", "+79990001122", "Secret words", "Secret note", "anna@secret"]
    {
        assert!(shown.contains(secret), "{secret}: {shown}");
    }
    let analyst = office.caller(Role::Analyst).await;
    let masked = office.ask(&analyst, query).await;
    let text = masked.to_string();
    assert!(!text.to_lowercase().contains("secret") && !text.contains("+7999"), "{text}");
    let seen = &masked["consultations"]["nodes"][0];
    assert_eq!((&seen["id"], &seen["assignee"]["name"]), (&json!(id), &json!("Anna")));
    assert_eq!((&seen["topic"], &seen["client"]["contacts"]), (&json!(null), &json!([])));
    for probing in [
        "{ consultations(filter: { text: \"secret\" }) { totalCount } }",
        "{ consultations(filter: { where: { or: [{ not: { text: { contains: \"secret\" } } }] } }) { totalCount } }",
        "{ clients(filter: { where: { name: { contains: \"secret\" } } }) { totalCount } }",
        "{ clients { nodes { consultations(filter: { text: \"secret\" }) { totalCount } } } }",
        "{ clients { nodes { consultations(filter: { where: { text: { contains: \"x\" } } }) { nodes { id } } } } }",
        "{ consultationCounts(filter: { text: \"secret\" }) { count } }",
        "{ clients(filter: { name: \"secret\" }) { totalCount } }",
        "{ clients(filter: { contact: \"+79990001122\" }) { totalCount } }",
        "{ searchConsultations(text: \"secret\") { totalCount } }",
    ] {
        assert_eq!(office.codes(&analyst, probing).await, ["FORBIDDEN"], "{probing}");
        assert!(office.codes(&owner, probing).await.is_empty(), "{probing}");
    }
    office.close().await;
}
