//! Who is confined to their own consultations sees, counts, follows and changes those only.

use futures_util::StreamExt as _;
use ledgerdesk_api::graphql::{
    caller::{Caller, Role},
    global_id::{NodeKind, decode_kind},
};
use ledgerdesk_domain::id::ManagerId;
use ledgerdesk_infrastructure::auth::{RoleId, Scope};
use serde_json::{Value, json};

use crate::office::{Office, codes};

/// Consultations of Anna, of Boris, of nobody; and their clients.
struct Desk {
    office: Office,
    owner: Caller,
    anna: Caller,
    anna_with_queue: Caller,
    managers: [String; 2],
    hers: String,
    his: String,
    queued: String,
    clients: [String; 2],
}

impl Desk {
    async fn open() -> Self {
        let office = Office::open().await;
        let owner = office.caller(Role::Owner).await;
        let mut managers = Vec::new();
        let mut clients = Vec::new();
        let mut consultations = Vec::new();
        for name in ["Anna", "Boris"] {
            let manager = json!({ "name": name, "capacity": 5 });
            managers.push(office.done(&owner, "registerManager", manager).await);
            let client = json!({ "kind": "PERSON", "name": format!("Client of {name}") });
            clients.push(office.done(&owner, "registerClient", client).await);
        }
        for (place, topic) in ["Amber", "Bronze", "Copper"].into_iter().enumerate() {
            let mut input = json!({ "topic": topic, "channel": "SITE" });
            if let Some(client) = clients.get(place) {
                input["clientId"] = json!(client);
            }
            let id = office.done(&owner, "openConsultation", input).await;
            let on = |more: Value| {
                let mut input = json!({ "consultationId": id });
                input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                input
            };
            office.done(&owner, "receiveMessage", on(json!({ "channel": "SITE", "text": topic }))).await;
            office.done(&owner, "requestHandover", on(json!({ "reason": topic }))).await;
            if let Some(manager) = managers.get(place) {
                office.done(&owner, "assignConsultation", on(json!({ "assignee": manager }))).await;
            }
            consultations.push(id);
        }
        office.settled().await;
        let anna_id = Some(ManagerId(decode_kind(&managers[0], NodeKind::Manager).unwrap()));
        let (workspace, role) = (office.node.workspace, RoleId::System(Role::Manager));
        let anna = office.caller_with(workspace, role, Scope::Own, anna_id).await;
        let anna_with_queue = office.caller_with(workspace, role, Scope::OwnAndQueued, anna_id).await;
        let [hers, his, queued] = <[String; 3]>::try_from(consultations).unwrap();
        let managers = <[String; 2]>::try_from(managers).unwrap();
        let clients = <[String; 2]>::try_from(clients).unwrap();
        Self { office, owner, anna, anna_with_queue, managers, hers, his, queued, clients }
    }
}

fn topics(connection: &Value) -> Vec<&str> {
    let mut topics: Vec<_> =
        connection["nodes"].as_array().unwrap().iter().map(|node| node["topic"].as_str().unwrap()).collect();
    topics.sort_unstable();
    topics
}

#[tokio::test]
async fn lists_counts_and_what_hangs_below_them_show_ones_own_only() {
    let desk = Desk::open().await;
    let query = "{ consultations { totalCount nodes { topic } } consultationCounts { count }
        searchConsultations(text: \"amber or bronze or copper\") { totalCount nodes { topic } }
        messages { totalCount nodes { text } } handovers { totalCount nodes { consultation { topic } } }
        clients { totalCount nodes { name } } managers { totalCount } }";
    for (caller, expected) in [
        (&desk.owner, vec!["Amber", "Bronze", "Copper"]),
        (&desk.anna, vec!["Amber"]),
        (&desk.anna_with_queue, vec!["Amber", "Copper"]),
    ] {
        let shown = desk.office.ask(caller, query).await;
        let count = json!(expected.len());
        assert_eq!(topics(&shown["consultations"]), expected);
        assert_eq!(topics(&shown["searchConsultations"]), expected);
        for list in ["consultations", "searchConsultations", "messages", "handovers"] {
            assert_eq!(shown[list]["totalCount"], count, "{list}: {shown}");
        }
        let counted: i64 = shown["consultationCounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| of["count"].as_i64().unwrap())
            .sum();
        assert_eq!(json!(counted), count);
        let clients = if expected.len() == 3 { 2 } else { 1 };
        assert_eq!(shown["clients"]["totalCount"], clients, "{shown}");
        assert_eq!(shown["managers"]["totalCount"], 2);
    }
    // Paging runs over what is in reach, one by one.
    let page = "{ consultations(first: 1) { pageInfo { hasNextPage } nodes { topic } } }";
    let shown = desk.office.ask(&desk.anna, page).await;
    assert_eq!(shown["consultations"]["pageInfo"]["hasNextPage"], false);
    desk.office.close().await;
}

/// Every topic in an answer, once.
fn topics_within(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(topic)) = fields.get("topic") {
                found.insert(topic.clone());
            }
            fields.values().for_each(|field| topics_within(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| topics_within(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn lists_below_a_row_and_by_a_condition_show_ones_own_only() {
    let desk = Desk::open().await;
    let managers = json!(desk.managers);
    let query = format!(
        "{{ managers {{ nodes {{ consultations {{ totalCount nodes {{ topic messages {{ totalCount }} }} }}
            handovers {{ totalCount nodes {{ consultation {{ topic }} }} }} }} }}
        clients {{ nodes {{ consultations {{ totalCount nodes {{ topic }} }} }} }}
        byStatus: consultations(filter: {{ status: [QUEUED, IN_PROGRESS, WAITING_FOR_CLIENT] }}) {{
            totalCount nodes {{ topic }} }}
        byAssignee: consultations(filter: {{ where: {{ assignee: {{ in: {managers} }} }} }}) {{
            totalCount nodes {{ topic }} }} }}"
    );
    for (caller, expected) in [
        (&desk.owner, vec!["Amber", "Bronze", "Copper"]),
        (&desk.anna, vec!["Amber"]),
        (&desk.anna_with_queue, vec!["Amber", "Copper"]),
    ] {
        let shown = desk.office.ask(caller, &query).await;
        let held = expected.iter().filter(|topic| **topic != "Copper").count();
        let mut found = std::collections::BTreeSet::new();
        topics_within(&shown, &mut found);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{shown}");
        assert_eq!(shown["byAssignee"]["totalCount"], held, "{shown}");
        let held_by: i64 = shown["managers"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|manager| manager["consultations"]["totalCount"].as_i64().unwrap())
            .sum();
        assert_eq!(usize::try_from(held_by).unwrap(), held, "{shown}");
    }
    desk.office.close().await;
}

#[tokio::test]
async fn what_is_out_of_reach_answers_as_if_it_did_not_exist() {
    let desk = Desk::open().await;
    let nothing =
        ledgerdesk_api::graphql::global_id::encode(NodeKind::Consultation, uuid::Uuid::from_u128(1));
    let nobody = ledgerdesk_api::graphql::global_id::encode(NodeKind::Client, uuid::Uuid::from_u128(1));
    for query in [
        "{ consultation(id: \"ID\") { topic } }",
        "{ history(consultationId: \"ID\") { totalCount } }",
        "{ node(id: \"ID\") { id } }",
        "{ client(id: \"CLIENT\") { name } }",
        "{ node(id: \"CLIENT\") { id } }",
    ] {
        let ask =
            |id: &str, client: &str| query.replace("ID\"", &format!("{id}\"")).replace("CLIENT", client);
        let out = desk.office.respond(&desk.anna, &ask(&desk.his, &desk.clients[1]), json!({})).await;
        let none = desk.office.respond(&desk.anna, &ask(&nothing, &nobody), json!({})).await;
        assert_eq!(codes(&out), ["NOT_FOUND"], "{query}");
        assert_eq!(out.errors, none.errors, "{query}");
        let own = desk.office.codes(&desk.anna, &ask(&desk.hers, &desk.clients[0])).await;
        assert!(own.is_empty(), "{query}: {own:?}");
    }
    let ids = format!("{{ nodes(ids: [{:?}, {:?}, {:?}]) {{ id }} }}", desk.hers, desk.his, desk.queued);
    let shown = desk.office.ask(&desk.anna, &ids).await;
    assert_eq!(shown["nodes"], json!([{ "id": desk.hers }, null, null]));
    // The log is the whole workspace's.
    assert_eq!(desk.office.codes(&desk.anna, "{ events { nodes { id } } }").await, ["FORBIDDEN"]);
    desk.office.close().await;
}

#[tokio::test]
async fn commands_reach_ones_own_only_and_what_was_taken_away_is_out_of_reach_at_once() {
    let desk = Desk::open().await;
    let office = &desk.office;
    let note = |id: &str| json!({ "consultationId": id, "text": "a note" });
    let missing = office.mutate(&desk.anna, "addNote", note(&desk.his), "__typename").await;
    let unknown =
        ledgerdesk_api::graphql::global_id::encode(NodeKind::Consultation, uuid::Uuid::from_u128(1));
    let nowhere = office.mutate(&desk.anna, "addNote", note(&unknown), "__typename").await;
    assert_eq!(missing["userErrors"][0]["code"], "consultation_not_found");
    assert_eq!(missing, nowhere);
    assert_eq!(office.refusal(&desk.anna, "addNote", note(&desk.queued)).await, "consultation_not_found");
    assert_eq!(office.refusal(&desk.anna, "addNote", note(&desk.hers)).await, "");
    assert_eq!(office.refusal(&desk.anna_with_queue, "addNote", note(&desk.queued)).await, "");
    // Neither as what a command names, nor with an expected version, nor another one's client.
    let merge = json!({ "consultationId": desk.hers, "into": desk.his });
    assert_eq!(office.refusal(&desk.anna, "mergeConsultation", merge).await, "consultation_not_found");
    let mut expecting = note(&desk.his);
    expecting["expectedVersion"] = json!(1);
    assert_eq!(office.refusal(&desk.anna, "addNote", expecting).await, "consultation_not_found");
    let rename = |client: &String| json!({ "clientId": client, "name": "Renamed" });
    assert_eq!(
        office.refusal(&desk.anna, "changeClientDetails", rename(&desk.clients[1])).await,
        "client_not_found"
    );
    assert_eq!(office.refusal(&desk.anna, "changeClientDetails", rename(&desk.clients[0])).await, "");
    // A client who was only just registered is nobody's yet.
    let new = office.done(&desk.anna, "registerClient", json!({ "kind": "PERSON", "name": "New" })).await;
    let opened = json!({ "topic": "New", "channel": "SITE", "clientId": new });
    assert_eq!(office.refusal(&desk.anna, "openConsultation", opened).await, "");
    // What she gives away, and what is taken from her, is gone at once.
    let give = json!({ "consultationId": desk.hers, "assignee": desk.managers[1] });
    assert_eq!(office.refusal(&desk.anna, "assignConsultation", give).await, "");
    assert_eq!(office.refusal(&desk.anna, "addNote", note(&desk.hers)).await, "consultation_not_found");
    office.settled().await;
    let shown = office.ask(&desk.anna, "{ consultations { totalCount } messages { totalCount } }").await;
    assert_eq!(shown, json!({ "consultations": { "totalCount": 0 }, "messages": { "totalCount": 0 } }));
    desk.office.close().await;
}

#[tokio::test]
async fn a_subscription_ends_when_the_consultation_is_taken_away() {
    let desk = Desk::open().await;
    let document = |id: &str| format!("subscription {{ consultationChanged(id: {id:?}) {{ topic }} }}");
    let mut his = desk.office.follow(&desk.anna, &document(&desk.his)).await;
    assert_eq!(codes(&his.next().await.unwrap()), ["NOT_FOUND"]);
    let mut hers = desk.office.follow(&desk.anna, &document(&desk.hers)).await;
    let first = hers.next().await.unwrap().data.into_json().unwrap();
    assert_eq!(first["consultationChanged"]["topic"], "Amber");
    let give = json!({ "consultationId": desk.hers, "assignee": desk.managers[1] });
    assert_eq!(desk.office.refusal(&desk.owner, "assignConsultation", give).await, "");
    assert_eq!(codes(&hers.next().await.unwrap()), ["NOT_FOUND"]);
    assert!(hers.next().await.is_none());
    desk.office.close().await;
}
