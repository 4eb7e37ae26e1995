use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use super::support::{KEY, OTHER_KEY, PATIENCE, SHORT_KEY, Server};
use crate::http::{Origins, Rates, SocketLimits};

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn connect(server: &Server) -> Self {
        Self::try_connect(server, "graphql-transport-ws", None).await.unwrap()
    }

    async fn try_connect(server: &Server, protocol: &str, key: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql/ws", server.address).into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(protocol).unwrap());
        if let Some(key) = key {
            let value = HeaderValue::from_str(&format!("Bearer {key}")).unwrap();
            request.headers_mut().insert("authorization", value);
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    async fn ready(server: &Server) -> Self {
        let mut socket = Self::connect(server).await;
        socket.init(&format!("Bearer {KEY}")).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn init(&mut self, authorization: &str) {
        self.send(&json!({ "type": "connection_init", "payload": { "authorization": authorization } })).await;
    }

    async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// The next message of the protocol.
    async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("the socket is open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code with which the server closes.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.0.next().await.expect("a close frame").unwrap() {
                return frame.expect("a code").code.into();
            }
        }
    }
}

#[tokio::test]
async fn a_subscription_delivers_in_order_and_completes() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { count(to: 200) }").await;
    for number in 1..=200 {
        let payload = json!({ "data": { "count": number } });
        assert_eq!(socket.next().await, json!({ "type": "next", "id": "1", "payload": payload }));
    }
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "1" }));
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.next().await["payload"]["data"]["hello"], "hello");
    assert_eq!(socket.next().await["type"], "complete");
}

#[tokio::test]
async fn a_refused_operation_gets_one_error_and_the_socket_lives_on() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    let deep = format!("{{ echo(number: {}1{}) }}", "[".repeat(1_554), "]".repeat(1_554));
    for (query, code) in [
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        (&deep, "QUERY_TOO_COMPLEX"),
        ("subscription { refused }", "INTERNAL_SERVER_ERROR"),
        ("{ panics }", "INTERNAL_SERVER_ERROR"),
    ] {
        socket.subscribe("1", query).await;
        let error = socket.next().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        assert!(!error.to_string().contains("secret"));
    }
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.next().await["type"], "next");
}

#[tokio::test]
async fn after_complete_from_the_client_nothing_more_comes() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { silence }").await;
    socket.send(&json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("1", "{ hello }").await;
    assert_eq!(socket.next().await["payload"]["data"]["hello"], "hello");
}

#[tokio::test]
async fn a_ping_gets_its_payload_back() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.send(&json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong", "payload": { "at": 1 } }));
}

#[tokio::test]
async fn sockets_close_with_the_codes_of_the_protocol() {
    let server = Server::start().await;
    let init = json!({ "type": "connection_init" }).to_string();
    let live = json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { silence }" } });
    let live = live.to_string();
    for (messages, code) in
        [(vec!["no json"], 4400), (vec![&live], 4401), (vec![&init], 4403), (vec![], 4408)]
    {
        let mut socket = Socket::connect(&server).await;
        for message in messages {
            socket.0.send(Message::text(message)).await.unwrap();
        }
        assert_eq!(socket.closed().await, code);
    }
    let large = "x".repeat(65 * 1024);
    for (messages, code) in [(vec![&live, &live], 4409), (vec![&init], 4429), (vec![&large], 1009)] {
        let mut socket = Socket::ready(&server).await;
        for message in messages {
            socket.0.send(Message::text(message)).await.unwrap();
        }
        assert_eq!(socket.closed().await, code);
    }
    let mut binary = Socket::ready(&server).await;
    binary.0.send(Message::binary(vec![1])).await.unwrap();
    assert_eq!(binary.closed().await, 4400);
}

#[tokio::test]
async fn a_wrong_key_closes_and_a_header_at_the_upgrade_is_as_good_as_a_payload() {
    let server = Server::start().await;
    let mut wrong = Socket::connect(&server).await;
    wrong.init("Bearer ldk_other").await;
    assert_eq!(wrong.closed().await, 4403);
    let mut header = Socket::try_connect(&server, "graphql-transport-ws", Some(KEY)).await.unwrap();
    header.send(&json!({ "type": "connection_init" })).await;
    assert_eq!(header.next().await["type"], "connection_ack");
    assert!(Socket::try_connect(&server, "graphql-transport-ws", Some("ldk_other")).await.is_err());
    // The client of this test closes by itself where its subprotocol is not chosen.
    assert!(Socket::try_connect(&server, "graphql-ws", Some(KEY)).await.is_err());
}

#[tokio::test]
async fn one_socket_runs_a_bounded_number_of_operations() {
    let server = Server::with(SocketLimits { operations: 2, ..SocketLimits::default() }).await;
    let mut socket = Socket::ready(&server).await;
    for id in ["1", "2", "3"] {
        socket.subscribe(id, "subscription { silence }").await;
    }
    let error = socket.next().await;
    assert_eq!(error["id"], "3");
    assert_eq!(error["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    socket.send(&json!({ "type": "complete", "id": "1" })).await;
    socket.subscribe("4", "{ hello }").await;
    assert_eq!(socket.next().await["type"], "next");
}

#[tokio::test]
async fn a_hot_subscription_does_not_starve_another_operation() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("hot", "subscription { count(to: 1000000) }").await;
    socket.subscribe("other", "{ hello }").await;
    let mut hot = 0;
    loop {
        let message = socket.next().await;
        if message["id"] == "other" {
            break;
        }
        hot += 1;
        assert!(hot < 10_000, "the other operation was starved");
    }
}

#[tokio::test]
async fn stopping_tells_every_socket_and_then_ends() {
    let mut server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { silence }").await;
    server.shutdown.cancel();
    assert_eq!(socket.closed().await, 1001);
    let ended = tokio::time::timeout(Duration::from_secs(10), &mut server.serving).await;
    ended.expect("the server ends").unwrap().unwrap();
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_stays_while_it_answers() {
    let server =
        Server::with(SocketLimits { ping: Duration::from_millis(50), ..SocketLimits::default() }).await;
    let mut socket = Socket::ready(&server).await;
    let ping = socket.0.next().await.unwrap().unwrap();
    assert!(matches!(ping, Message::Ping(_)), "{ping:?}");
    // Reading answers the pings.
    let tasks = async {
        loop {
            match socket.0.next().await {
                Some(Ok(Message::Ping(_))) => {}
                other => return other,
            }
        }
    };
    let answered = tokio::time::timeout(Duration::from_millis(500), tasks).await;
    assert!(answered.is_err(), "a client that answers pings stays: {answered:?}");
}

#[tokio::test]
async fn without_the_subprotocol_a_socket_is_closed_and_told_why() {
    let server = Server::start().await;
    let request = format!("ws://{}/graphql/ws", server.address).into_client_request().unwrap();
    let (socket, _) = connect_async(request).await.unwrap();
    assert_eq!(Socket(socket).closed().await, 4406);
}

#[tokio::test]
async fn every_wrong_message_of_a_subscription_closes_the_socket() {
    let server = Server::start().await;
    for payload in [
        json!({ "query": 1 }),
        json!({ "query": "{ hello }", "variables": [] }),
        json!({ "query": "{ hello }", "operationName": {} }),
        json!({ "query": "{ hello }", "extensions": "x" }),
    ] {
        let mut socket = Socket::ready(&server).await;
        socket.send(&json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
        assert_eq!(socket.closed().await, 4400, "{payload}");
    }
}

#[tokio::test]
async fn a_socket_ends_with_the_right_to_it() {
    let server = Server::start().await;
    let mut socket = Socket::connect(&server).await;
    socket.init(&format!("Bearer {SHORT_KEY}")).await;
    assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
    socket.subscribe("1", "subscription { silence }").await;
    assert_eq!(socket.closed().await, 4403);
    tokio::time::timeout(PATIENCE, server.left.cancelled()).await.expect("what ran on it is given up");
}

#[tokio::test]
async fn one_key_has_a_bounded_number_of_sockets() {
    let server = Server::with(SocketLimits { per_key: 1, ..SocketLimits::default() }).await;
    let first = Socket::ready(&server).await;
    let mut second = Socket::connect(&server).await;
    second.init(&format!("Bearer {KEY}")).await;
    assert_eq!(second.closed().await, 1013);
    let mut other = Socket::connect(&server).await;
    other.init(&format!("Bearer {OTHER_KEY}")).await;
    assert_eq!(other.next().await["type"], "connection_ack");
    drop(first);
    let again = async {
        loop {
            let mut socket = Socket::connect(&server).await;
            socket.init(&format!("Bearer {KEY}")).await;
            if let Some(Ok(Message::Text(_))) = socket.0.next().await {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, again).await.expect("there is room again");
}

#[tokio::test]
async fn operations_on_a_socket_count_as_requests() {
    let limit = std::num::NonZeroU32::new(2);
    let server = Server::start_with(|state| state.rates = Rates::per_minute(limit, None)).await;
    let mut socket = Socket::ready(&server).await;
    for id in ["1", "2"] {
        socket.subscribe(id, "{ hello }").await;
        assert_eq!(socket.next().await["type"], "next");
        assert_eq!(socket.next().await["type"], "complete");
    }
    socket.subscribe("3", "{ hello }").await;
    let error = socket.next().await;
    assert_eq!(
        (&error["type"], &error["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("RATE_LIMITED"))
    );
    assert!(error["payload"][0]["extensions"]["retryAfterMs"].is_u64(), "{error}");
}

#[tokio::test]
async fn a_page_of_a_foreign_site_gets_no_socket() {
    let server = Server::start_with(|state| {
        state.settings.origins = Origins::from_iter(["https://desk.example.org".to_owned()]);
    })
    .await;
    let connect = async |origin: &'static str| {
        let mut request = format!("ws://{}/graphql/ws", server.address).into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        request.headers_mut().insert("origin", HeaderValue::from_static(origin));
        connect_async(request).await
    };
    let Err(Error::Http(refused)) = connect("https://evil.example.org").await else { panic!("refused") };
    assert_eq!(refused.status(), 403);
    assert!(connect("https://desk.example.org").await.is_ok());
}

#[tokio::test]
async fn a_client_that_does_not_read_is_left_after_a_while() {
    let sockets = SocketLimits { send: Duration::from_millis(200), ..SocketLimits::default() };
    let server = Server::with(sockets).await;
    let mut socket = Socket::ready(&server).await;
    socket.subscribe("1", "subscription { flood }").await;
    tokio::time::timeout(PATIENCE, server.left.cancelled()).await.expect("it is given up");
    drop(socket);
}

#[tokio::test]
async fn a_client_that_closes_gets_an_answer_to_that() {
    let server = Server::start().await;
    let mut socket = Socket::ready(&server).await;
    socket.0.close(None).await.unwrap();
    let answer = socket.0.next().await;
    assert!(matches!(answer, None | Some(Ok(Message::Close(_)))), "{answer:?}");
    assert!(socket.0.next().await.is_none());
}
