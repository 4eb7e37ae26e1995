use ledgerdesk_api::graphql::caller::Role;
use serde_json::json;

use crate::{
    app::another_workspace,
    http::{Answer, Rest},
};

async fn asked(rest: &Rest, key: &str, about: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    rest.send("POST", "/api/keys/introspect", &headers, Some(format!("token={about}"))).await
}

#[tokio::test]
async fn a_key_in_force_is_known_and_every_other_one_alike_is_not() {
    let rest = Rest::start().await;
    let bot = rest.app.key(Role::Bot);
    let known = asked(&rest, &rest.key, &bot).await;
    assert_eq!(known.status, 200, "{known:?}");
    assert_eq!((&known.body["active"], &known.body["scope"]), (&json!(true), &json!("bot")));
    assert_eq!((&known.body["token_type"], &known.body["actor_kind"]), (&json!("Bearer"), &json!("BOT")));
    assert_eq!(known.body["client_id"], known.body["sub"]);
    assert_eq!(known.header("cache-control"), "no-store");
    let json =
        rest.post("/api/keys/introspect", json!({ "token": bot, "token_type_hint": "access_token" })).await;
    assert_eq!(json.body, known.body);

    let foreign = rest.app.key_of(another_workspace(), Role::Owner);
    rest.app.revoke(&bot);
    for unknown in [foreign.as_str(), &bot, "ldk_nothing", "%20"] {
        let answer = asked(&rest, &rest.key, unknown).await;
        assert_eq!((answer.status, answer.body), (200, json!({ "active": false })), "{unknown}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn a_key_may_ask_about_itself_and_few_about_others() {
    let rest = Rest::start().await;
    for role in [Role::Supervisor, Role::Manager, Role::Bot, Role::Analyst, Role::Auditor] {
        let key = rest.app.key(role);
        assert_eq!(asked(&rest, &key, &key).await.body["active"], true, "{role:?}");
        assert_eq!(asked(&rest, &key, &rest.key).await.refusal(), (403, "FORBIDDEN"), "{role:?}");
    }
    for role in [Role::Owner, Role::Administrator, Role::Integration] {
        assert_eq!(asked(&rest, &rest.app.key(role), &rest.key).await.body["active"], true, "{role:?}");
    }
    rest.app.stop().await;
}

#[tokio::test]
async fn what_names_no_key_is_refused() {
    let rest = Rest::start().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (headers, body, expected) in [
        (vec![form], "", (400, "BAD_REQUEST")),
        (vec![form], "token=a&token=b", (400, "BAD_REQUEST")),
        (vec![form], "key=a", (400, "BAD_REQUEST")),
        (vec![], "{}", (422, "BAD_USER_INPUT")),
        (vec![("content-type", "text/plain")], "token=a", (415, "BAD_REQUEST")),
        (vec![("content-type", "")], "token=a", (415, "BAD_REQUEST")),
    ] {
        let answer = rest.send("POST", "/api/keys/introspect", &headers, Some(body.to_owned())).await;
        assert_eq!(answer.refusal(), expected, "{body}");
    }
    rest.app.stop().await;
}
