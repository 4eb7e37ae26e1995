use std::{collections::BTreeSet, env, fs, path::Path};

use super::*;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let path = here().join("../docs/openapi.json");
    let now = format!("{:#}\n", document());
    if env::var_os("LEDGERDESK_WRITE_DOCS").is_some() {
        fs::write(&path, &now).expect("the document can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == now, "docs/openapi.json is stale; write it anew with LEDGERDESK_WRITE_DOCS=1");
}

/// The macro that makes a route describes it as well; so what can be forgotten is to list a handler, or to make a
/// route without the macro.
#[test]
fn every_route_is_described_and_everything_described_is_a_route() {
    let folder = here().join("src/http/rest");
    let mut described = 0;
    for entry in fs::read_dir(&folder).expect("the sources are there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            described += source.matches("#[utoipa::path(").count();
        }
    }
    let list = fs::read_to_string(folder.join("mod.rs")).expect("the list of routes");
    assert_eq!(list.matches(".route(").count(), 2, "only the document and its page are no operations");
    let mut document = document();
    assert_eq!(operations(&mut document).count(), described);
    let all: Vec<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    assert!(all.len() >= 9 && all.iter().all(|path| path.starts_with("/api/")), "{all:?}");
}

#[test]
fn everything_is_described_in_words() {
    let mut document = document();
    let mut ids = BTreeSet::new();
    for operation in operations(&mut document) {
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{id}");
        for parameter in operation["parameters"].as_array().expect("parameters") {
            assert!(parameter["description"].is_string(), "{id}: {}", parameter["name"]);
        }
        for (status, response) in operation["responses"].as_object().expect("responses") {
            assert!(response["description"].is_string(), "{id}: {status}");
            let refused = status.starts_with(['4', '5']);
            let example = &response["content"]["application/problem+json"]["example"]["code"];
            assert_eq!(refused, example.is_string(), "{id}: {status}");
        }
        assert!(ids.insert(id.clone()), "{id} twice");
    }
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            // An object that may be null is described beside what it may be.
            let either = of["oneOf"].as_array().into_iter().flatten();
            let described =
                either.chain([of]).any(|of| of["description"].is_string() || of["$ref"].is_string());
            assert!(described, "{name}.{field}");
        }
    }
    assert_eq!(document["openapi"], "3.1.0");
}

/// Whatever the document refers to is in it.
#[test]
fn no_reference_leads_nowhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}
