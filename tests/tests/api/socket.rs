//! A client of graphql-transport-ws.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::app::App;

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects and subscribes.
    pub(crate) async fn subscribe(app: &App, key: &str, query: &str, variables: Value) -> Self {
        let line = TcpStream::connect(app.address).await.unwrap();
        Self::over(line, app, key, query, variables).await
    }

    /// The same over a line that holds next to nothing: what is not read stays with the server.
    pub(crate) async fn narrow(app: &App, key: &str, query: &str, variables: Value) -> Self {
        let line = TcpSocket::new_v4().unwrap();
        line.set_recv_buffer_size(4096).unwrap();
        Self::over(line.connect(app.address).await.unwrap(), app, key, query, variables).await
    }

    async fn over(line: TcpStream, app: &App, key: &str, query: &str, variables: Value) -> Self {
        let mut request = format!("ws://{}/graphql/ws", app.address).into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let (socket, _) = client_async(request, MaybeTlsStream::Plain(line)).await.unwrap();
        let mut socket = Self(socket);
        let authorization = format!("Bearer {key}");
        socket
            .send(json!({ "type": "connection_init", "payload": { "authorization": authorization } }))
            .await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        let payload = json!({ "query": query, "variables": variables });
        socket.send(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
        socket
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("the socket is open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => return json!({ "closed": frame.map(|frame| u16::from(frame.code)) }),
                _ => {}
            }
        }
    }

    /// The next message, until the line ends.
    pub(crate) async fn try_next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(frame) => {
                    return Some(json!({ "closed": frame.map(|frame| u16::from(frame.code)) }));
                }
                _ => {}
            }
        }
    }

    /// The payload of the next result.
    pub(crate) async fn data(&mut self) -> Value {
        let message = self.next().await;
        assert_eq!(message["type"], "next", "{message}");
        message["payload"]["data"].clone()
    }
}
