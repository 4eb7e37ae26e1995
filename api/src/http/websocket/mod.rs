//! `GET /graphql/ws`: GraphQL over the graphql-transport-ws protocol.
//!
//! [`protocol`] is what messages mean and when they are allowed, without any I/O; [`connection`] is the loop of one
//! socket; [`operation`] is the task of one operation on it.

mod connection;
mod operation;
mod protocol;

use axum::{
    extract::{Request, State, WebSocketUpgrade},
    response::{IntoResponse as _, Response},
};

use self::{connection::Connection, protocol::Close};
use super::{
    auth::{self, Session},
    connections,
    error::HttpError,
    request_id::RequestId,
    state::SharedState,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Small buffers: most sockets are silent most of the time, and the default ones take 128 KiB each.
const WRITE_BYTES: usize = 4 * 1024;
/// Held by every socket as long as it is open. What clients send is short; a longer message is read in parts.
const READ_BYTES: usize = 1024;

/// Upgrades to a WebSocket. A key in the `Authorization` header is checked here; without one, it must come in
/// `connection_init`.
pub(crate) async fn upgrade(
    State(state): State<SharedState>,
    upgrade: WebSocketUpgrade,
    request: Request,
) -> Result<Response, HttpError> {
    connections::room(&state)?;
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        // After the upgrade: a browser shows its page no status, but it does show a close code.
        return Ok(upgrade.on_upgrade(|socket| connection::refuse(socket, Close::subprotocol())));
    }
    let request_id = RequestId::of(&request);
    let language = auth::language(request.headers());
    let session = match auth::bearer_header(request.headers()) {
        None => None,
        Some(secret) => {
            let opened = Session::open(&state.authenticator, secret, request_id, language).await;
            let opened = opened
                .map_err(|_| HttpError::unavailable("keys cannot be checked now; try again in a moment"))?;
            Some(opened.ok_or_else(HttpError::unauthenticated)?)
        }
    };
    let limits = state.sockets;
    let tracked = state.tasks.token();
    let counted = state.metrics.socket();
    let response = upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_message_size(limits.message_bytes)
        .max_frame_size(limits.message_bytes)
        .on_upgrade(move |socket| async move {
            let _until_closed = (tracked, counted);
            Connection::new(state, session, request_id, language).run(socket).await;
        });
    Ok(response.into_response())
}
