use ledgerdesk_api::graphql::caller::Role;
use serde_json::{Value, json};

use crate::{app::another_workspace, http::Rest};

fn section(external_id: &str, title: &str) -> Value {
    json!({ "kind": "section", "externalId": external_id, "title": title })
}

#[tokio::test]
async fn a_copy_of_a_catalog_is_current_until_an_entry_changes() {
    let rest = Rest::start().await;
    let empty = rest.get("/api/catalogs/section").await;
    assert_eq!((empty.status, &empty.body["items"], empty.header("etag")), (200, &json!([]), "\"0\""));
    let put = async |input: Value| rest.mutate("putCatalogEntry", input).await;
    put(section("1", "Печать документов")).await;
    let mut printers = section("2", "Принтеры");
    printers["parent"] = json!({ "catalog": "product", "key": "7" });
    printers["attributes"] = json!([{ "key": "order", "value": { "integer": 4 } }]);
    let made = put(printers.clone()).await;

    let path = format!("/api/catalogs/section?minPosition={}", made["position"]);
    let seen = rest.get(&path).await;
    let tag = seen.header("etag");
    assert_eq!(tag, format!("\"{}\"", made["position"]));
    assert!(seen.header("cache-control").contains("private"), "{seen:?}");
    let items = seen.body["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["title"]), (2, &json!("Печать документов")));
    assert_eq!((&items[1]["parentKind"], &items[1]["parentExternalId"]), (&json!("product"), &json!("7")));
    assert_eq!((&items[1]["id"], &items[1]["attributes"]), (&made["createdId"], &json!({ "order": 4 })));

    let unchanged = async || rest.send("GET", &path, &[("if-none-match", tag)], None).await;
    assert_eq!((unchanged().await.status, unchanged().await.body), (304, Value::Null));
    // What is sent again changes nothing, and neither does another catalog.
    let again = put(printers.clone()).await;
    assert_eq!((&again["createdId"], &again["version"]), (&made["createdId"], &made["version"]));
    let product = json!({ "kind": "product", "externalId": "7", "title": "Office" });
    let other = put(product).await;
    let path = format!("/api/catalogs/section?minPosition={}", other["position"]);
    assert_eq!(rest.send("GET", &path, &[("if-none-match", tag)], None).await.status, 304);

    let retired = rest.mutate("retireCatalogEntry", json!({ "entryId": made["createdId"] })).await;
    let path = format!("/api/catalogs/section?minPosition={}", retired["position"]);
    let changed = rest.send("GET", &path, &[("if-none-match", tag)], None).await;
    assert_eq!((changed.status, &changed.body["items"][1]["active"]), (200, &json!(false)));
    assert_ne!(changed.header("etag"), tag);
    rest.app.stop().await;
}

#[tokio::test]
async fn a_catalog_is_narrowed_and_paged() {
    let rest = Rest::start().await;
    let mut last = Value::Null;
    for (number, title) in ["Печать документов", "Принтеры", "Сканеры", "Printing labels"].iter().enumerate()
    {
        last = rest.mutate("putCatalogEntry", section(&number.to_string(), title)).await;
    }
    let mut retired = section("2", "Сканеры");
    retired["active"] = json!(false);
    last = rest.mutate("putCatalogEntry", retired).await.as_object().map_or(last, |now| json!(now));
    let titles = async |more: &str| {
        let path = format!("/api/catalogs/section?minPosition={}{more}", last["position"]);
        let items = rest.found(&path).await["items"].clone();
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(titles("&active=true").await, ["Печать документов", "Принтеры", "Printing labels"]);
    assert_eq!(titles("&active=false").await, ["Сканеры"]);
    assert_eq!(titles("&text=%D0%BF%D1%80%D0%B8%D0%BD%D1%82%D0%B5%D1%80").await, ["Принтеры"]);
    assert_eq!(titles("&text=printed").await, ["Printing labels"]);
    assert_eq!(titles("&order=desc&limit=1").await, ["Printing labels"]);
    let page = rest.found("/api/catalogs/section?limit=3").await;
    let next = page["next"].as_str().unwrap();
    let rest_of_it = rest.found(&format!("/api/catalogs/section?limit=3&cursor={next}")).await;
    assert_eq!(
        (&rest_of_it["items"][0]["title"], &rest_of_it["next"]),
        (&json!("Printing labels"), &Value::Null)
    );
    rest.app.stop().await;
}

#[tokio::test]
async fn a_consultation_shows_the_titles_of_its_entries() {
    let rest = Rest::start().await;
    let body = json!({ "topic": "a", "catalog": [{ "catalog": "section", "key": "1" }, { "catalog": "section", "key": "9" }] });
    let made = rest.post("/api/consultations/create", body).await.body;
    let put = rest.mutate("putCatalogEntry", section("1", "Printing")).await;
    let path = format!("/api/consultations/{}?minPosition={}", made["id"].as_str().unwrap(), put["position"]);
    let shown = rest.found(&path).await;
    let expected = json!([
        { "catalog": "section", "key": "1", "entry": { "title": "Printing", "active": true } },
        { "catalog": "section", "key": "9", "entry": null },
    ]);
    assert_eq!(shown["detail"]["catalog"], expected);
    rest.app.stop().await;
}

#[tokio::test]
async fn entries_are_defined_changed_and_found_over_graphql() {
    let rest = Rest::start().await;
    let defined = rest.mutate("defineCatalogEntry", section("1", "Printing")).await;
    let fields = "createdId entry { title parent { title } }";
    let again = rest.app.mutate(&rest.key, "defineCatalogEntry", section("1", "Other"), fields).await;
    assert_eq!(again["userErrors"][0]["code"], "catalog_entry_already_exists");
    rest.mutate("defineCatalogEntry", json!({ "kind": "product", "externalId": "7", "title": "Office" }))
        .await;
    let parent = json!({ "entryId": defined["createdId"], "parent": { "catalog": "product", "key": "7" }, "expectedVersion": 1 });
    let changed = rest.app.mutate(&rest.key, "changeCatalogEntry", parent, fields).await;
    assert_eq!(
        changed["entry"],
        json!({ "title": "Printing", "parent": { "title": "Office" } }),
        "{changed}"
    );
    let orphaned = json!({ "entryId": defined["createdId"], "parent": null });
    let orphaned = rest.app.mutate(&rest.key, "changeCatalogEntry", orphaned, fields).await;
    assert_eq!(orphaned["entry"]["parent"], Value::Null, "{orphaned}");

    let query = "query($id: ID!, $p: Position) {
        nodes(ids: [$id], minPosition: $p) { id ... on CatalogEntry { externalId } }
        catalogEntry(id: $id, minPosition: $p) { title }
        catalogRevision(kind: \"section\", minPosition: $p)
        catalogs(kind: \"section\", filter: { externalId: [\"1\"] }, minPosition: $p) { totalCount nodes { kind } }
        events(filter: { stream: $id }) { nodes { type streamType } }
    }";
    let variables = json!({ "id": defined["createdId"], "p": orphaned["position"] });
    let answer = rest.app.post(&rest.key, query, variables.clone()).await;
    assert_eq!(answer["data"]["nodes"][0]["externalId"], "1", "{answer}");
    assert_eq!(answer["data"]["catalogRevision"], orphaned["position"], "{answer}");
    assert_eq!(answer["data"]["catalogs"], json!({ "totalCount": 1, "nodes": [{ "kind": "section" }] }));
    let types = answer["data"]["events"]["nodes"].as_array().unwrap();
    assert_eq!((types.len(), &types[0]["streamType"]), (3, &json!("CATALOG_ENTRY")), "{answer}");

    let stranger = rest.app.key_of(another_workspace(), Role::Owner);
    let answer =
        rest.app.post(&stranger, "query($id: ID!) { catalogEntry(id: $id) { title } }", variables).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    rest.app.stop().await;
}

#[tokio::test]
async fn who_keeps_no_catalogs_changes_none() {
    let rest = Rest::start().await;
    for (role, may) in [
        (Role::Owner, true),
        (Role::Administrator, true),
        (Role::Supervisor, true),
        (Role::Integration, true),
        (Role::Manager, false),
        (Role::Bot, false),
        (Role::Analyst, false),
        (Role::Auditor, false),
    ] {
        let key = rest.app.key(role);
        let query = "mutation($i: PutCatalogEntryInput!) { putCatalogEntry(input: $i) { position } }";
        let answer = rest.app.post(&key, query, json!({ "i": section("1", "Printing") })).await;
        assert_eq!(answer["data"]["putCatalogEntry"]["position"].is_number(), may, "{role:?}: {answer}");
    }
    rest.app.stop().await;
}
