//! The log, its head and the projections, as queries show them.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::{consultation::OpenConsultation, id::ClientId, stream::Position};
use ledgerdesk_infrastructure::event_store::Cursor;
use serde_json::json;

use crate::support::{Desk, at, caller, consultation_id, field, new_id, open, opening};

#[tokio::test]
async fn the_log_is_read_page_by_page_from_its_beginning() {
    let desk = Desk::open().await;
    for number in 0..5 {
        let opening =
            OpenConsultation { client_id: Some(ClientId(new_id())), ..opening(&number.to_string()) };
        desk.consultation(new_id(), at(0), open(opening)).await;
    }
    let mut positions = Vec::new();
    let mut after = "\"0\"".to_owned();
    loop {
        let query = format!(
            "{{ events(first: 2, after: {after}) {{ nodes {{ position cursor type version data hash }} \
             pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = desk.ask(&query).await["events"].take();
        for node in page["nodes"].as_array().unwrap() {
            positions.push(node["position"].as_i64().unwrap());
            assert_eq!(node["type"], "ConsultationOpened");
            assert_eq!(node["data"]["topic"], (positions.len() - 1).to_string());
            assert_eq!(node["hash"].as_str().unwrap().len(), 64);
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].to_string();
    }
    assert_eq!(positions, [1, 2, 3, 4, 5]);
    let head = desk.ask("{ logHead { position epoch cursor } }").await["logHead"].take();
    assert_eq!((&head["position"], &head["epoch"]), (&json!(5), &json!(1)));
    let after_head = desk.ask(&format!("{{ events(after: {}) {{ nodes {{ id }} }} }}", head["cursor"])).await;
    assert_eq!(after_head["events"]["nodes"], json!([]));
    desk.close().await;
}

#[tokio::test]
async fn the_log_is_narrowed_by_type_and_by_stream() {
    let desk = Desk::open().await;
    let wanted = new_id();
    for id in [new_id(), wanted] {
        desk.consultation(id, at(0), open(opening("a"))).await;
        let cancel = ledgerdesk_domain::consultation::Cancel { reason: None };
        desk.consultation(id, at(1), ledgerdesk_domain::consultation::ConsultationCommand::Cancel(cancel))
            .await;
    }
    let types = async |filter: &str| {
        let query = format!("{{ events(filter: {filter}) {{ nodes {{ type }} }} }}");
        field(&desk.ask(&query).await["events"], "type")
    };
    let wanted = consultation_id(wanted);
    assert_eq!(types("{ types: [\"Cancelled\"] }").await, ["Cancelled", "Cancelled"]);
    assert_eq!(types(&format!("{{ stream: {wanted:?} }}")).await, ["ConsultationOpened", "Cancelled"]);
    assert_eq!(types(&format!("{{ stream: {wanted:?}, types: [\"Cancelled\"] }}")).await, ["Cancelled"]);
    assert_eq!(
        desk.codes("{ events(filter: { types: [\"Canceled\"] }) { nodes { id } } }").await,
        ["BAD_USER_INPUT"]
    );
    desk.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_history_is_refused_and_so_is_nonsense() {
    let desk = Desk::open().await;
    desk.consultation(new_id(), at(0), open(opening("a"))).await;
    let forged = Cursor { epoch: 1, position: Position(1), hash_prefix: [7; 8] }.encode();
    let beyond = Cursor { epoch: 1, position: Position(99), hash_prefix: [7; 8] }.encode();
    for cursor in [forged, beyond] {
        let query = format!("{{ events(after: {cursor:?}) {{ nodes {{ id }} }} }}");
        assert_eq!(desk.codes(&query).await, ["CURSOR_OF_ANOTHER_HISTORY"]);
    }
    assert_eq!(desk.codes("{ events(after: \"nonsense\") { nodes { id } } }").await, ["BAD_USER_INPUT"]);
    desk.close().await;
}

#[tokio::test]
async fn the_log_is_not_for_every_role() {
    let desk = Desk::open().await;
    for (role, expected) in [
        (Role::Owner, vec![]),
        (Role::Auditor, vec![]),
        (Role::Analyst, vec!["FORBIDDEN"]),
        (Role::Bot, vec!["FORBIDDEN"]),
        (Role::Manager, vec!["FORBIDDEN"]),
    ] {
        let caller = caller(desk.node.workspace, role);
        assert_eq!(desk.codes_as("{ events { nodes { id } } }", caller).await, expected, "{role:?}");
    }
    desk.close().await;
}

#[tokio::test]
async fn every_projection_says_where_it_stands() {
    let desk = Desk::open().await;
    desk.consultation(new_id(), at(0), open(opening("a"))).await;
    desk.settled().await;
    let shown = desk.ask("{ projections { name state position head lagEvents parkedEvents } }").await;
    let shown = shown["projections"].as_array().unwrap();
    assert_eq!(shown.len(), ledgerdesk_tests::read_models());
    for projection in shown {
        assert_eq!(projection["state"], "RUNNING", "{projection}");
        assert_eq!(
            (&projection["position"], &projection["lagEvents"]),
            (&json!(1), &json!(0)),
            "{projection}"
        );
    }
    desk.close().await;
}

#[tokio::test]
async fn the_caller_learns_who_it_is() {
    let desk = Desk::open().await;
    let me = desk.ask("{ me { role actor { kind key id } key workspace language } }").await["me"].take();
    assert_eq!(
        (&me["role"], &me["actor"]["kind"], &me["language"]),
        (&json!("OWNER"), &json!("BOT"), &json!("en"))
    );
    assert_eq!(me["workspace"], desk.node.workspace.to_string());
    assert_eq!(me["actor"]["key"], me["key"]);
    desk.close().await;
}
