//! One workspace's data is nowhere in another's answers.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::{consultation::OpenConsultation, id::ClientId};
use ledgerdesk_infrastructure::clock::{IdSource as _, SystemIds};
use serde_json::json;

use crate::support::{Desk, at, caller, client_id, codes, consultation_id, data, new_id, open, opening};

#[tokio::test]
async fn another_workspace_sees_nothing_and_what_it_names_is_not_found() {
    let desk = Desk::open().await;
    let (consultation, client) = (new_id(), new_id());
    let opening = OpenConsultation { client_id: Some(ClientId(client)), ..opening("Printer") };
    desk.consultation(consultation, at(0), open(opening)).await;
    desk.settled().await;
    let (consultation, client) = (consultation_id(consultation), client_id(client));
    let entry =
        desk.ask(&format!("{{ history(consultationId: {consultation:?}) {{ nodes {{ id }} }} }}")).await;
    let entry = entry["history"]["nodes"][0]["id"].as_str().unwrap().to_owned();

    let stranger = caller(SystemIds.next_id().into(), Role::Owner);
    let pool = desk.database.pool();
    let lists = desk
        .respond(
            "{ consultations(filter: { includeMerged: true }) { totalCount nodes { id } }
               searchConsultations(text: \"printer\") { totalCount nodes { id } }
               clients { totalCount nodes { id } }
               events { nodes { id } } }",
            stranger.clone(),
            pool,
        )
        .await;
    let nothing = json!({ "totalCount": 0, "nodes": [] });
    let expected = json!({
        "consultations": nothing, "searchConsultations": nothing, "clients": nothing, "events": { "nodes": [] },
    });
    assert_eq!(data(lists), expected);

    for query in [
        format!("{{ consultation(id: {consultation:?}) {{ topic }} }}"),
        format!("{{ client(id: {client:?}) {{ name }} }}"),
        format!("{{ history(consultationId: {consultation:?}) {{ totalCount }} }}"),
        format!("{{ node(id: {consultation:?}) {{ id }} }}"),
        format!("{{ node(id: {entry:?}) {{ id }} }}"),
    ] {
        let theirs = desk.respond(&query, stranger.clone(), pool).await;
        assert_eq!(codes(&theirs), ["NOT_FOUND"], "{query}");
        // What does not exist at all answers in the same words.
        let unknown =
            query.replace(&consultation, &consultation_id(new_id())).replace(&client, &client_id(new_id()));
        let nobodys = desk.respond(&unknown, stranger.clone(), pool).await;
        assert_eq!(theirs.errors, nobodys.errors, "{query}");
    }
    let query = format!("{{ nodes(ids: [{consultation:?}, {client:?}]) {{ id }} }}");
    assert_eq!(data(desk.respond(&query, stranger.clone(), pool).await), json!({ "nodes": [null, null] }));
    let query = format!("{{ events(filter: {{ stream: {consultation:?} }}) {{ nodes {{ id }} }} }}");
    assert_eq!(data(desk.respond(&query, stranger, pool).await), json!({ "events": { "nodes": [] } }));
    desk.close().await;
}
