//! Roles of a workspace's own, and keys made and ended over the API.

use ledgerdesk_api::graphql::caller::{Caller, Role};
use ledgerdesk_infrastructure::auth::{RoleId, Scope};
use serde_json::{Value, json};

use crate::office::Office;

async fn define(office: &Office, caller: &Caller, name: &str, permissions: &[&str]) -> Value {
    let input = json!({ "name": name, "permissions": permissions });
    office.mutate(caller, "defineRole", input, "role { id name permissions scope system }").await
}

fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_role_of_ones_own_allows_what_it_says_and_changes_with_its_keys() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let defined = define(&office, &owner, " Night desk ", &["consultations:read", "personal:read"]).await;
    assert_eq!(defined["role"]["name"], "Night desk", "{defined}");
    let id = defined["role"]["id"].as_str().unwrap().to_owned();
    let listed = office.ask(&owner, "{ roles { id name system } }").await;
    let listed = listed["roles"].as_array().unwrap();
    assert_eq!(listed.len(), 9);
    assert_eq!(listed[8], json!({ "id": id, "name": "Night desk", "system": false }));

    let input = json!({ "name": "desk", "role": id });
    let made = office.mutate(&owner, "createApiKey", input, "createdId secret").await;
    let secret = made["secret"].as_str().unwrap();
    let key = office.keys.authenticate(secret).await.unwrap().unwrap();
    let caller = Caller { access: key.access.clone(), key_id: key.id, actor: key.actor, ..owner.clone() };
    assert!(office.codes(&caller, "{ consultations { totalCount } }").await.is_empty());
    assert_eq!(office.codes(&caller, "{ clients { totalCount } }").await, ["FORBIDDEN"]);
    // What a consultation leads to needs its own permission.
    office.done(&owner, "registerClient", json!({ "kind": "PERSON", "name": "A" })).await;
    let me = office.ask(&caller, "{ me { role roleName permissions } }").await;
    let expected = json!({ "role": null, "roleName": "Night desk", "permissions": ["consultations:read", "personal:read"] });
    assert_eq!(me["me"], expected);

    let delete = json!({ "roleId": id });
    assert_eq!(office.refusal(&owner, "deleteRole", delete.clone()).await, "role_in_use");
    let change = json!({ "roleId": id, "name": "Night desk", "permissions": ["clients:read"] });
    assert_eq!(office.refusal(&owner, "changeRole", change).await, "");
    let changed = office.keys.authenticate(secret).await.unwrap().unwrap();
    assert_eq!(changed.access.permissions.names(), ["clients:read"]);
    assert_eq!(office.refusal(&owner, "revokeApiKey", json!({ "keyId": made["createdId"] })).await, "");
    assert!(office.keys.authenticate(secret).await.unwrap().is_none());
    assert_eq!(office.refusal(&owner, "deleteRole", delete.clone()).await, "");
    assert_eq!(office.refusal(&owner, "deleteRole", delete).await, "role_not_found");
    assert_eq!(office.ask(&owner, "{ roles { id } }").await["roles"].as_array().unwrap().len(), 8);

    let log = office.ask(&owner, "{ accessLog { nodes { action byKey subject details } } }").await;
    let entries = log["accessLog"]["nodes"].as_array().unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(&actions[..5], ["role_deleted", "key_revoked", "role_changed", "key_created", "role_defined"]);
    assert_eq!(entries[0]["byKey"], json!(owner.key_id));
    assert!(!log.to_string().contains(secret));
    office.close().await;
}

#[tokio::test]
async fn nobody_gives_or_takes_more_than_they_hold() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let administrator = office.caller(Role::Administrator).await;
    let key = |role: &str| json!({ "name": "a key", "role": role });
    for role in Role::ALL {
        let refusal = office.refusal(&administrator, "createApiKey", key(role.as_str())).await;
        assert_eq!(refusal, if role == Role::Owner { "more_than_held" } else { "" }, "{role:?}");
    }
    assert_eq!(office.refusal(&owner, "createApiKey", key("owner")).await, "");
    let refused = define(&office, &administrator, "Heir", &["owners:manage"]).await;
    assert_eq!(
        (code(&refused), &refused["userErrors"][0]["field"]),
        ("more_than_held", &json!("input.permissions"))
    );
    let heir = define(&office, &owner, "Heir", &["owners:manage"]).await["role"]["id"].clone();
    let taken_over = json!({ "roleId": heir, "name": "Heir", "permissions": ["consultations:read"] });
    assert_eq!(office.refusal(&administrator, "changeRole", taken_over).await, "more_than_held");
    assert_eq!(
        office.refusal(&administrator, "deleteRole", json!({ "roleId": heir })).await,
        "more_than_held"
    );
    // A key of an owner is ended by an owner only, and the last one by nobody.
    let shown = office.ask(&owner, "{ apiKeys(first: 100) { nodes { id roleId revokedAt } } }").await;
    let keys = shown["apiKeys"]["nodes"].as_array().unwrap();
    let owners: Vec<_> =
        keys.iter().filter(|key| key["roleId"] == "owner").map(|key| key["id"].clone()).collect();
    assert_eq!(owners.len(), 2);
    let revoke = |id: &Value| json!({ "keyId": id });
    assert_eq!(office.refusal(&administrator, "revokeApiKey", revoke(&owners[0])).await, "more_than_held");
    assert_eq!(office.refusal(&owner, "revokeApiKey", revoke(&owners[0])).await, "");
    assert_eq!(office.refusal(&owner, "revokeApiKey", revoke(&owners[1])).await, "last_owner_key");
    // Nor does anybody give a wider scope than their own.
    let anna = office.done(&owner, "registerManager", json!({ "name": "Anna", "capacity": 5 })).await;
    let scoped = json!({ "name": "own", "role": "manager", "scope": "OWN" });
    assert_eq!(office.refusal(&owner, "createApiKey", scoped.clone()).await, "scope_without_manager");
    let mut whole = scoped;
    whole["managerId"] = json!(anna);
    assert_eq!(office.refusal(&owner, "createApiKey", whole).await, "");
    let narrow = office
        .caller_with(office.node.workspace, RoleId::System(Role::Administrator), Scope::All, None)
        .await;
    let narrow = Caller { access: narrow.access.clone().narrowed(Scope::Own), ..narrow };
    assert_eq!(office.refusal(&narrow, "createApiKey", key("manager")).await, "wider_than_held");
    office.close().await;
}

#[tokio::test]
async fn roles_have_their_limits_and_belong_to_one_workspace() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let neighbour = office.neighbour().await;
    let stranger = office.caller_in(neighbour, Role::Owner).await;
    let long = "n".repeat(101);
    for (name, permissions, expected) in [
        ("", vec!["clients:read"], "role_name_invalid"),
        (long.as_str(), vec!["clients:read"], "role_name_invalid"),
        ("a\0", vec!["clients:read"], "role_name_invalid"),
        ("Owner", vec!["clients:read"], "role_name_taken"),
        ("Desk", vec![], "no_permission"),
        ("Desk", vec!["clients:fly"], "permission_unknown"),
    ] {
        assert_eq!(code(&define(&office, &owner, name, &permissions).await), expected, "{name}");
    }
    let desk = define(&office, &owner, "Desk", &["clients:read"]).await["role"]["id"].clone();
    assert_eq!(code(&define(&office, &owner, "DESK", &["clients:read"]).await), "role_name_taken");
    // The neighbour may have one of the same name, and does not know ours.
    assert_eq!(code(&define(&office, &stranger, "Desk", &["clients:read"]).await), "");
    let change = json!({ "roleId": desk, "name": "Mine", "permissions": ["clients:read"] });
    assert_eq!(office.refusal(&stranger, "changeRole", change).await, "role_not_found");
    assert_eq!(office.refusal(&stranger, "deleteRole", json!({ "roleId": desk })).await, "role_not_found");
    let key = json!({ "name": "a key", "role": desk });
    assert_eq!(office.refusal(&stranger, "createApiKey", key).await, "role_not_found");
    for (role, expected) in [("owner", "role_of_the_system"), ("nonsense", "invalid_id")] {
        assert_eq!(office.refusal(&owner, "deleteRole", json!({ "roleId": role })).await, expected);
    }
    office.close().await;
}

#[tokio::test]
async fn a_role_that_is_given_at_the_moment_of_its_deletion_is_not_deleted_or_not_given() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    for round in 0..20 {
        let name = format!("Desk {round}");
        let id = define(&office, &owner, &name, &["clients:read"]).await["role"]["id"].clone();
        let (given, deleted) = tokio::join!(
            office.refusal(&owner, "createApiKey", json!({ "name": "a key", "role": id })),
            office.refusal(&owner, "deleteRole", json!({ "roleId": id })),
        );
        let one = (given.as_str(), deleted.as_str());
        assert!([("", "role_in_use"), ("role_not_found", "")].contains(&one), "{one:?}");
    }
    office.close().await;
}
