//! A client of graphql-transport-ws.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// One subscription on a socket of its own.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and subscribes; an error where the server is away or refuses.
    pub async fn subscribe(address: &str, key: &str, query: &str, variables: Value) -> anyhow::Result<Self> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = connect_async(request).await?;
        let mut socket = Self(socket);
        let authorization = format!("Bearer {key}");
        socket
            .send(json!({ "type": "connection_init", "payload": { "authorization": authorization } }))
            .await?;
        let ack = socket.next().await?;
        anyhow::ensure!(ack["type"] == "connection_ack", "{ack}");
        let payload = json!({ "query": query, "variables": variables });
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await?;
        Ok(socket)
    }

    async fn send(&mut self, message: Value) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// The next message; a close is `{"closed": code}`.
    pub async fn next(&mut self) -> anyhow::Result<Value> {
        loop {
            let message = self.0.next().await.ok_or_else(|| anyhow::anyhow!("the socket has ended"))?;
            match message? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => {
                    return Ok(json!({ "closed": frame.map(|frame| u16::from(frame.code)) }));
                }
                _ => {}
            }
        }
    }

    /// The data of the next result.
    pub async fn data(&mut self) -> anyhow::Result<Value> {
        let mut message = self.next().await?;
        anyhow::ensure!(message["type"] == "next", "{message}");
        Ok(message["payload"]["data"].take())
    }
}
