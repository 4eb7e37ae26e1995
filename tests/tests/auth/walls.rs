//! Workspaces are walls: every operation of the schema, driven with everything that another workspace has, finds
//! nothing and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use ledgerdesk_api::graphql::{
    caller::{Caller, Role},
    global_id::{self, NodeKind},
};
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::{
    documents::Schema,
    office::{Office, codes},
};

/// In every text of the workspace that is looked for, and nowhere else.
const MARK: &str = "Zarathustra";

/// What one workspace has: ids by their type, cursors, positions.
struct Possessions {
    ids: BTreeMap<String, BTreeSet<String>>,
    cursors: BTreeSet<String>,
}

async fn furnish(office: &Office, owner: &Caller) -> Possessions {
    let text = |what: &str| format!("{MARK} {what}");
    let manager = json!({ "name": text("manager"), "capacity": 5, "email": "z@zarathustra.example" });
    let manager = office.done(owner, "registerManager", manager).await;
    let client = json!({ "kind": "PERSON", "name": text("client") });
    let client = office.done(owner, "registerClient", client).await;
    let opened = json!({ "topic": text("topic"), "description": text("more"), "channel": "SITE", "clientId": client,
        "tags": ["zarathustra"] });
    let id = office.done(owner, "openConsultation", opened).await;
    let on = |more: Value| {
        let mut input = json!({ "consultationId": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    office.done(owner, "assignConsultation", on(json!({ "assignee": manager }))).await;
    office.done(owner, "startConsultation", on(json!({}))).await;
    office.done(owner, "receiveMessage", on(json!({ "channel": "SITE", "text": text("message") }))).await;
    office.done(owner, "addNote", on(json!({ "text": text("note") }))).await;
    office.done(owner, "requestHandover", on(json!({ "reason": text("reason") }))).await;
    let when = json!({ "appointedFor": "2030-01-01T00:00:00Z" });
    office.done(owner, "appointConsultation", on(when)).await;
    let later = json!({ "to": "2030-01-02T00:00:00Z", "reason": text("redate") });
    office.done(owner, "redateConsultation", on(later)).await;
    let call = json!({ "direction": "OUTBOUND", "outcome": "ANSWERED", "startedAt": "2026-01-01T00:00:00Z",
        "managerId": manager, "phone": "+79990001122" });
    office.done(owner, "logCall", on(call)).await;
    let role = json!({ "name": text("role"), "permissions": ["clients:read"] });
    let role = office.mutate(owner, "defineRole", role, "role { id }").await["role"]["id"].clone();
    let key = office.done(owner, "createApiKey", json!({ "name": text("key"), "role": "manager" })).await;
    let invited = json!({ "email": "z@zarathustra.example", "role": "manager" });
    let invitation = office.done(owner, "inviteMember", invited).await;
    let session = uuid::Uuid::from_u128(0x5E55);
    sqlx::query(
        "insert into ledgerdesk.identities (id, workspace_id, issuer, subject, first_seen_at, last_seen_at) \
         values ($1, $2, 'https://id.example', 'Zarathustra', now(), now())",
    )
    .bind(session)
    .bind(office.node.workspace.uuid())
    .execute(office.database.pool())
    .await
    .unwrap();
    office.settled().await;

    let query = "{ consultations { edges { cursor node { id __typename
            handovers { edges { cursor node { id __typename } } } redates { edges { cursor node { id __typename } } }
            calls { edges { cursor node { id __typename } } } ratings { edges { cursor node { id __typename } } }
            messages { edges { cursor node { id __typename } } } history { edges { cursor node { id __typename } } } } } }
        clients { edges { cursor node { id __typename } } } managers { edges { cursor node { id __typename } } }
        messages { edges { cursor node { id __typename } } } calls { edges { cursor } }
        events(first: 100) { edges { cursor node { id __typename } } } apiKeys { edges { cursor } }
        sessions { edges { cursor } } invitations { edges { cursor } }
        accessLog { edges { cursor } } }";
    let shown = office.ask(owner, query).await;
    let mut possessions = Possessions { ids: BTreeMap::new(), cursors: BTreeSet::new() };
    possessions.gather(&shown);
    possessions.ids.entry("WorkspaceRole".to_owned()).or_default().insert(role.as_str().unwrap().to_owned());
    for (of, id) in [
        ("ApiKey", key),
        ("Invitation", invitation),
        ("SignInSession", global_id::encode(NodeKind::Session, session)),
    ] {
        possessions.ids.entry(of.to_owned()).or_default().insert(id);
    }
    possessions
}

impl Possessions {
    fn gather(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let (Some(Value::String(id)), Some(Value::String(of))) =
                    (fields.get("id"), fields.get("__typename"))
                {
                    self.ids.entry(of.clone()).or_default().insert(id.clone());
                }
                if let Some(Value::String(cursor)) = fields.get("cursor") {
                    self.cursors.insert(cursor.clone());
                }
                fields.values().for_each(|field| self.gather(field));
            }
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            _ => {}
        }
    }

    /// The type that an input of this name most likely wants.
    fn wanted(path: &str) -> Option<&'static str> {
        let name = path.rsplit('.').next().unwrap_or_default().to_lowercase();
        let kinds = [
            ("consultation", "Consultation"),
            ("into", "Consultation"),
            ("client", "Client"),
            ("manager", "Manager"),
            ("assign", "Manager"),
            ("offeredto", "Manager"),
            ("handover", "Handover"),
            ("redate", "Redate"),
            ("call", "Call"),
            ("rating", "Rating"),
            ("message", "Message"),
            ("reply", "Message"),
            ("role", "WorkspaceRole"),
            ("key", "ApiKey"),
            ("session", "SignInSession"),
            ("invitation", "Invitation"),
        ];
        kinds.into_iter().find(|(part, _)| name.contains(part)).map(|(_, of)| of)
    }

    fn first(&self, of: &str) -> Option<&String> {
        self.ids.get(of)?.first()
    }
}

/// Everything that the database has of a workspace, in one text.
async fn everything(office: &Office, workspace: uuid::Uuid) -> String {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select table_schema::text, table_name::text from information_schema.columns \
         where column_name = 'workspace_id' and table_schema in ('ledgerdesk', 'read') order by 1, 2",
    )
    .fetch_all(office.database.pool())
    .await
    .unwrap();
    assert!(tables.len() >= 14, "{tables:?}");
    let mut all = String::new();
    for (schema, table) in tables {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "select coalesce(string_agg(t::text, E'\\n' order by t::text), '') as rows \
             from {schema}.{table} t where workspace_id = $1"
        )))
        .bind(workspace)
        .fetch_one(office.database.pool())
        .await
        .unwrap();
        all.push_str(&rows.get::<String, _>("rows"));
    }
    all
}

#[tokio::test]
async fn every_operation_with_what_another_workspace_has_finds_nothing_and_changes_nothing() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let theirs = furnish(&office, &owner).await;
    assert!(theirs.ids.len() >= 9 && theirs.cursors.len() >= 15, "{:?}", theirs.ids);
    let stranger_workspace = office.neighbour().await;
    let stranger = office.caller_in(stranger_workspace, Role::Owner).await;
    let schema = Schema::read(&office).await;
    let before = everything(&office, office.node.workspace.uuid()).await;
    assert!(before.contains(MARK));

    let (mut operations, mut requests) = (0, 0);
    for operation in schema.operations() {
        operations += 1;
        let mut documents = BTreeSet::new();
        let quoted = |text: &String| Some(format!("{text:?}"));
        // Each input with what it most likely wants, then every id of every kind in every place, then cursors.
        documents.insert(schema.long(&operation, &|path, of| match of {
            "ID" => quoted(theirs.first(Possessions::wanted(path)?)?),
            _ => None,
        }));
        for ids in theirs.ids.values() {
            documents.insert(
                schema.long(&operation, &|_, of| if of == "ID" { quoted(ids.first()?) } else { None }),
            );
        }
        for cursor in &theirs.cursors {
            documents.insert(schema.long(&operation, &|path, of| {
                let takes = of == "String" && (path == ".after" || path == ".before");
                if takes { quoted(cursor) } else { None }
            }));
        }
        for document in documents {
            requests += 1;
            let response = office.first(&stranger, &document).await;
            let told = codes(&response);
            let known =
                told.iter().all(|code| !code.starts_with("no code") && code != "INTERNAL_SERVER_ERROR");
            assert!(known, "{document}: {:?}", response.errors);
            let said = serde_json::to_string(&response).unwrap();
            assert!(!said.to_lowercase().contains("zarathustra"), "{document} told: {said}");
            for id in theirs.ids.values().flatten().filter(|id| !document.contains(id.as_str())) {
                assert!(!said.contains(id.as_str()), "{document} told {id}: {said}");
            }
        }
    }
    office.settled().await;
    let after = everything(&office, office.node.workspace.uuid()).await;
    assert_eq!(before, after, "something changed behind the wall");
    // The same documents do find what is there when its owner asks: the test can fail.
    let query = schema.operations().into_iter().find(|operation| operation.name == "consultations").unwrap();
    let found = office.first(&owner, &schema.long(&query, &|_, _| None)).await;
    assert!(serde_json::to_string(&found).unwrap().contains(MARK));
    eprintln!(
        "the walls: {operations} operations, {requests} requests with another workspace's ids and cursors"
    );
    office.close().await;
}
