//! Who may do what, on a real database: keys, roles, scopes, and the walls between workspaces.
#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test stops it at the first surprise, as the test does"
)]

mod disclosures;
mod documents;
mod invitations;
mod matrix;
mod office;
mod readings;
mod roles;
mod scope;
mod sign_in;
mod walls;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::{Actor, ActorKind},
    id::{ManagerId, WorkspaceId},
};
use ledgerdesk_infrastructure::{
    auth::{Access, ApiKeys, KeySecret, NewApiKey, Role, RoleId, Scope},
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
};
use ledgerdesk_tests::{TestDatabase, wait_until};

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

fn new_key(role: Role, manager_id: Option<ManagerId>) -> NewApiKey {
    NewApiKey {
        id: SystemIds.next_id(),
        workspace_id: WorkspaceId(SystemIds.next_id()),
        name: "a key".to_owned(),
        role: RoleId::System(role),
        scope: Scope::All,
        manager_id,
    }
}

#[tokio::test]
async fn a_key_opens_its_workspace_with_its_role() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    for role in Role::ALL {
        let new = new_key(role, None);
        let created = keys.create(new.clone(), None, now()).await.unwrap();
        let found = keys.authenticate(created.secret.reveal()).await.unwrap().unwrap();
        assert_eq!(
            (found.id, found.workspace_id, found.access),
            (new.id, new.workspace_id, Access::from(role))
        );
        let kind = if role == Role::Bot { ActorKind::Bot } else { ActorKind::Integration };
        assert_eq!(found.actor, Actor { kind, id: Some(new.id) });
    }
}

#[tokio::test]
async fn a_key_that_is_bound_to_a_manager_acts_as_that_manager() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    let manager = ManagerId(SystemIds.next_id());
    let created = keys.create(new_key(Role::Manager, Some(manager)), None, now()).await.unwrap();
    let found = keys.authenticate(created.secret.reveal()).await.unwrap().unwrap();
    assert_eq!(found.actor, Actor::manager(manager));
}

#[tokio::test]
async fn unknown_keys_and_texts_that_are_none_open_nothing() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    keys.create(new_key(Role::Owner, None), None, now()).await.unwrap();
    for text in ["", "ldk_", "' or true --", KeySecret::generate().reveal()] {
        assert!(keys.authenticate(text).await.unwrap().is_none(), "{text}");
    }
}

#[tokio::test]
async fn the_text_of_a_key_is_stored_nowhere() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    let created = keys.create(new_key(Role::Owner, None), None, now()).await.unwrap();
    let stored: String = sqlx::query_scalar("select string_agg(k::text, '') from ledgerdesk.api_keys k")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert!(stored.contains(&created.secret.reveal()[..12]), "{stored}");
    assert!(!stored.contains(&created.secret.reveal()[..13]), "{stored}");
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_here_at_once_and_elsewhere_soon() {
    let database = TestDatabase::new().await;
    let (here, elsewhere) = (ApiKeys::new(database.pool().clone()), ApiKeys::new(database.pool().clone()));
    let created = here.create(new_key(Role::Owner, None), None, now()).await.unwrap();
    let text = created.secret.reveal();
    assert!(here.authenticate(text).await.unwrap().is_some());
    assert!(elsewhere.authenticate(text).await.unwrap().is_some());
    assert!(elsewhere.is_valid(created.id).await.unwrap());

    assert!(here.revoke(created.id, None, now()).await.unwrap());
    assert!(here.authenticate(text).await.unwrap().is_none());
    assert!(!here.is_valid(created.id).await.unwrap());
    wait_until("the other node has noticed", async || elsewhere.authenticate(text).await.unwrap().is_none())
        .await;
    assert!(!elsewhere.is_valid(created.id).await.unwrap());
    assert!(!here.revoke(created.id, None, now()).await.unwrap(), "it was revoked before");
}

#[tokio::test]
async fn a_list_shows_the_keys_of_one_workspace() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    let mine = new_key(Role::Auditor, None);
    keys.create(mine.clone(), None, now()).await.unwrap();
    keys.create(new_key(Role::Owner, None), None, now()).await.unwrap();
    let listed = keys.list(Some(mine.workspace_id)).await.unwrap();
    assert_eq!(listed.iter().map(|key| key.id).collect::<Vec<_>>(), [mine.id]);
    assert_eq!(keys.list(None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn names_have_bounds_and_no_key_is_stored_twice() {
    let database = TestDatabase::new().await;
    let keys = ApiKeys::new(database.pool().clone());
    for name in ["", "  ", "a\0b", &"n".repeat(201)] {
        let refused =
            keys.create(NewApiKey { name: name.to_owned(), ..new_key(Role::Owner, None) }, None, now()).await;
        assert_eq!(refused.err().unwrap().code(), "key_name_invalid");
    }
    let secret = KeySecret::generate();
    ApiKeys::store(database.pool(), &new_key(Role::Owner, None), &secret, now()).await.unwrap();
    let again = ApiKeys::store(database.pool(), &new_key(Role::Owner, None), &secret, now()).await;
    assert_eq!(again.err().unwrap().code(), "key_exists");
}
