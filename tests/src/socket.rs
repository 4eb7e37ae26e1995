//! A client of graphql-transport-ws.

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::server::PATIENCE;

/// One subscription on a socket of its own.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and subscribes; an error where the server is away or refuses.
    pub async fn subscribe(address: &str, key: &str, query: &str, variables: Value) -> Result<Self> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request).await?;
        let mut socket = Self(socket);
        let authorization = format!("Bearer {key}");
        let init = json!({ "type": "connection_init", "payload": { "authorization": authorization } });
        socket.send(init).await?;
        let acknowledged = socket.next().await?;
        ensure!(acknowledged["type"] == "connection_ack", "{acknowledged}");
        let payload = json!({ "query": query, "variables": variables });
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await?;
        Ok(socket)
    }

    async fn send(&mut self, message: Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// The next message; a close is `{"closed": code}`. An error where none comes.
    pub async fn next(&mut self) -> Result<Value> {
        timeout(PATIENCE, self.receive()).await.context("no message came")?
    }

    /// The next message as it came, unread; an error where the server closes.
    pub async fn text(&mut self) -> Result<impl std::ops::Deref<Target = str> + use<>> {
        loop {
            match self.0.next().await.context("the socket has ended")?? {
                Message::Text(text) => return Ok(text),
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The data of the first result that comes while something is done again and again until then.
    pub async fn data_after<F: Future>(&mut self, mut act: impl FnMut() -> F) -> Result<Value> {
        let data = self.data();
        tokio::pin!(data);
        loop {
            tokio::select! {
                data = &mut data => return data,
                _ = act() => {}
            }
        }
    }

    async fn receive(&mut self) -> Result<Value> {
        loop {
            match self.0.next().await.context("the socket has ended")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => {
                    return Ok(json!({ "closed": frame.map(|frame| u16::from(frame.code)) }));
                }
                _ => {}
            }
        }
    }

    /// The data of the next result.
    pub async fn data(&mut self) -> Result<Value> {
        let mut message = self.next().await?;
        ensure!(message["type"] == "next" && message["payload"].get("errors").is_none(), "{message}");
        Ok(message["payload"]["data"].take())
    }

    /// The code with which the server closes it, whatever it still delivers before.
    pub async fn closed(&mut self) -> Result<Value> {
        loop {
            let message = self.next().await?;
            if let Some(code) = message.get("closed") {
                return Ok(code.clone());
            }
        }
    }
}
