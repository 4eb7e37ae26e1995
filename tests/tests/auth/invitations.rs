//! Invitations: shown once, good once, for a while, for what their maker could give.

use chrono::TimeDelta;
use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_infrastructure::{
    auth::{Oidc, OidcSettings},
    clock::{Clock as _, SystemClock},
};
use serde_json::{Value, json};

use crate::{
    office::Office,
    sign_in::{Key, Provider},
};

fn invitation(role: &str) -> Value {
    json!({ "email": "Alice@Example.org", "role": role })
}

#[tokio::test]
async fn who_has_the_link_gets_one_key_and_no_more() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let made = office.mutate(&owner, "inviteMember", invitation("supervisor"), "createdId token").await;
    let token = made["token"].as_str().unwrap();
    let door = office.admission(None, None);
    let guest = Office::admitted(door.admit(token).await.unwrap().unwrap());
    for query in ["{ consultations { totalCount } }", "{ roles { id } }"] {
        assert_eq!(office.codes(&guest, query).await, ["FORBIDDEN"], "{query}");
    }
    let nameless = office.refusal(&guest, "acceptInvitation", json!({})).await;
    assert_eq!(nameless, "key_name_invalid", "and the invitation still stands");
    let accept = json!({ "keyName": "Alice" });
    let (one, other) = tokio::join!(
        office.mutate(&guest, "acceptInvitation", accept.clone(), "secret"),
        office.mutate(&guest, "acceptInvitation", accept, "secret"),
    );
    let secrets: Vec<_> =
        [&one, &other].into_iter().filter_map(|payload| payload["secret"].as_str()).collect();
    let codes: Vec<_> =
        [&one, &other].into_iter().filter_map(|payload| payload["userErrors"][0]["code"].as_str()).collect();
    assert_eq!((secrets.len(), codes), (1, vec!["invitation_not_found"]));
    let alice = door.admit(secrets[0]).await.unwrap().unwrap();
    assert_eq!(alice.access, Role::Supervisor.into());
    assert!(door.admit(token).await.unwrap().is_none());
    let shown = office.ask(&owner, "{ invitations { nodes { id email roleId acceptedAt } } }").await;
    let shown = &shown["invitations"]["nodes"][0];
    assert_eq!(
        (&shown["id"], &shown["email"], &shown["roleId"]),
        (&made["createdId"], &json!(null), &json!("supervisor"))
    );
    assert!(!shown["acceptedAt"].is_null());
    // The token is stored nowhere.
    let stored: String = sqlx::query_scalar(
        "select string_agg(i::text, '') || (select string_agg(a::text, '') from ledgerdesk.access_log a) \
         from ledgerdesk.invitations i",
    )
    .fetch_one(office.database.pool())
    .await
    .unwrap();
    assert!(!stored.contains(&token[4..]));
    office.close().await;
}

#[tokio::test]
async fn who_signs_in_gets_the_role_with_their_sign_in() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let key = Key::new("one");
    let provider = Provider::start(&[&key]).await;
    let settings =
        OidcSettings { workspace: Some(office.node.workspace), roles: Vec::new(), ..provider.settings() };
    let door = || office.admission(Some(Oidc::new(settings.clone()).unwrap()), None);
    let made = office.mutate(&owner, "inviteMember", invitation("analyst"), "token").await;
    let accept = json!({ "token": made["token"] });
    let come = async |subject: &str, email: &str| {
        let mut claims = provider.claims(subject, 300);
        claims["email"] = json!(email);
        claims["email_verified"] = json!(true);
        Office::admitted(door().admit(&key.sign(&claims)).await.unwrap().unwrap())
    };
    let mallory = come("mallory", "mallory@example.org").await;
    assert_eq!(office.refusal(&mallory, "acceptInvitation", accept.clone()).await, "invited_somebody_else");
    let alice = come("alice", "alice@example.org").await;
    assert!(alice.access.permissions.is_empty());
    assert_eq!(office.refusal(&alice, "acceptInvitation", json!({})).await, "invitation_not_found");
    assert_eq!(office.refusal(&alice, "acceptInvitation", accept.clone()).await, "");
    assert_eq!(come("alice", "alice@example.org").await.access, Role::Analyst.into());
    assert_eq!(office.refusal(&alice, "acceptInvitation", accept.clone()).await, "invitation_not_found");
    assert_eq!(office.refusal(&owner, "acceptInvitation", accept).await, "invitation_by_key");
    office.close().await;
}

#[tokio::test]
async fn an_invitation_has_its_limits_and_can_be_taken_back() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let administrator = office.caller(Role::Administrator).await;
    assert_eq!(office.refusal(&administrator, "inviteMember", invitation("owner")).await, "more_than_held");
    assert_eq!(office.refusal(&owner, "inviteMember", invitation("root")).await, "role_not_found");
    for email in
        ["", "alice", "alice@", "@example.org", "a b@example.org", "alice@localhost", "a\0@example.org"]
    {
        let input = json!({ "email": email, "role": "manager" });
        assert_eq!(office.refusal(&owner, "inviteMember", input).await, "email_invalid", "{email}");
    }
    let now = SystemClock.now();
    for at in [now - TimeDelta::seconds(1), now + TimeDelta::days(31)] {
        let mut input = invitation("manager");
        input["expiresAt"] = json!(at);
        assert_eq!(office.refusal(&owner, "inviteMember", input).await, "invitation_time", "{at}");
    }
    let door = office.admission(None, None);
    let made = office.mutate(&owner, "inviteMember", invitation("manager"), "createdId token").await;
    let token = made["token"].as_str().unwrap();
    let guest = door.admit(token).await.unwrap().unwrap();
    let neighbour = office.neighbour().await;
    let stranger = office.caller_in(neighbour, Role::Owner).await;
    let back = json!({ "invitationId": made["createdId"] });
    assert_eq!(office.refusal(&stranger, "revokeInvitation", back.clone()).await, "invitation_not_found");
    assert_eq!(office.refusal(&owner, "revokeInvitation", back.clone()).await, "");
    assert_eq!(office.refusal(&owner, "revokeInvitation", back).await, "invitation_not_found");
    assert!(door.admit(token).await.unwrap().is_none());
    let late = office.refusal(&Office::admitted(guest), "acceptInvitation", json!({ "keyName": "a" })).await;
    assert_eq!(late, "invitation_not_found");
    // One that has run out.
    let made = office.mutate(&owner, "inviteMember", invitation("manager"), "token").await;
    sqlx::query(
        "update ledgerdesk.invitations set expires_at = now() - interval '1 second' where revoked_at is null",
    )
    .execute(&mut office.database.owner().await)
    .await
    .unwrap();
    assert!(door.admit(made["token"].as_str().unwrap()).await.unwrap().is_none());
    office.close().await;
}
