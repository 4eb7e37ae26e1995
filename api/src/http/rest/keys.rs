//! `POST /api/keys/introspect`.

use axum::{
    Extension, Json as Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ledgerdesk_infrastructure::auth::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    extract::{media_type, read_json},
    problem::Problem,
    wire::ActorKind,
};
use crate::{
    graphql::caller::Caller,
    http::{auth::Session, graphql::read_body, request_id::RequestId, state::SharedState},
};

/// The key in question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "token": "ldk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" }))]
pub(super) struct Token {
    /// The text of the key.
    token: String,
    /// What kind of token it is; nothing depends on it.
    #[serde(rename = "token_type_hint")]
    _hint: Option<String>,
}

/// What is known of a key (RFC 7662). Of one that is not in force, or is another workspace's, nothing but that.
#[derive(Default, Serialize, ToSchema)]
#[schema(example = json!({
    "active": true, "scope": "integration", "client_id": "0190f3c2-7c1e-7d53-9f0a-3d2f5a1b6c7d",
    "sub": "0190f3c2-7c1e-7d53-9f0a-3d2f5a1b6c7d", "token_type": "Bearer", "actor_kind": "INTEGRATION",
    "workspace_id": "0190f3c2-0000-7d53-9f0a-3d2f5a1b6c7d"
}))]
pub(super) struct Introspection {
    /// Whether the key is in force in this workspace. If not, nothing else is told.
    active: bool,
    /// Its role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "integration")]
    scope: Option<String>,
    /// The key, as a bare UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<Uuid>,
    /// Who acts with it, as a bare UUID: a manager, or the key itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<Uuid>,
    /// Always `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bearer")]
    token_type: Option<&'static str>,
    /// What kind of party acts with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ActorKind>)]
    actor_kind: Option<ledgerdesk_domain::context::ActorKind>,
    /// The workspace that it opens, as a bare UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_id: Option<Uuid>,
}

impl Introspection {
    fn of(caller: &Caller) -> Self {
        Self {
            active: true,
            scope: Some(caller.access.role_name.clone()),
            client_id: Some(caller.key_id),
            sub: caller.actor.id,
            token_type: Some("Bearer"),
            actor_kind: Some(caller.actor.kind),
            workspace_id: Some(caller.workspace_id.uuid()),
        }
    }
}

/// Ask what a key may do
///
/// RFC 7662, with a form as it has it, or the same in JSON. Every key may ask about itself; a key with
/// the permission `keys:introspect` about any key of its workspace.
#[utoipa::path(
    post, path = "/api/keys/introspect", operation_id = "introspectKey", tag = "keys",
    request_body(content(
        (Token = "application/x-www-form-urlencoded"),
        (Token = "application/json"),
    )),
    responses((status = 200, description = "What is known of the key.", body = Introspection))
)]
pub(super) async fn introspect(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    request: Request,
) -> Result<Response, Problem> {
    super::extract::accepts_json(request.headers())?;
    let kind = media_type(request.headers());
    let request_id = RequestId::of(&request);
    let body = read_body(&state, request).await.map_err(Problem::of_edge)?;
    let token: Token = match kind {
        Some("application/json") => read_json(&body)?,
        Some(_) => read_form(&body)?,
        None => return Err(unsupported()),
    };
    let caller = session.caller();
    let opened = Session::open(&state.authenticator, token.token.trim(), request_id, caller.language).await;
    let asked = opened.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a key could not be checked");
        Problem::unavailable("keys cannot be checked now; try again in a moment")
    })?;
    let asked = asked.as_ref().map(Session::caller);
    let of_others = caller.may(Permission::KeysIntrospect);
    if !of_others && asked.is_none_or(|asked| asked.key_id != caller.key_id) {
        return Err(Problem::forbidden(
            "this key may ask about itself only; asking about others needs the permission keys:introspect",
        ));
    }
    let known = asked.filter(|asked| asked.workspace_id == caller.workspace_id).map(Introspection::of);
    let mut response = Body(known.unwrap_or_default()).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A form has the syntax of a query part.
fn read_form(body: &[u8]) -> Result<Token, Problem> {
    let text = std::str::from_utf8(body).ok();
    let uri = text.and_then(|text| format!("/?{text}").parse().ok());
    let form = uri.and_then(|uri| axum::extract::Query::<Token>::try_from_uri(&uri).ok());
    form.map(|axum::extract::Query(token)| token).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            "the body is no form with the one member `token`; send `token=ldk_…`",
            "тело запроса — не форма с единственным полем `token`; передайте `token=ldk_…`",
        )
        .at("token")
    })
}

fn unsupported() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "BAD_REQUEST",
        "send the body as `application/x-www-form-urlencoded` or as `application/json`",
        "передайте тело запроса с типом `application/x-www-form-urlencoded` или `application/json`",
    )
    .at("Content-Type")
}
