//! graphql-transport-ws without I/O: which message means what in which phase, and why a socket is closed.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// Why a socket is closed. The reason fits into a close frame: at most 123 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Close {
    pub(super) fn new(code: u16, reason: &str) -> Self {
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Self { code, reason: reason[..end].to_owned() }
    }

    pub(super) fn bad_request(reason: &str) -> Self {
        Self::new(4400, reason)
    }
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized: send connection_init and wait for connection_ack first")
    }
    pub(super) fn forbidden() -> Self {
        Self::new(4403, "Forbidden: no API key in force was sent")
    }
    pub(super) fn expired() -> Self {
        Self::new(4403, "Forbidden: the token has expired; connect again with a new one")
    }
    pub(super) fn subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable: offer graphql-transport-ws")
    }
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }
    fn duplicate(id: &str) -> Self {
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }
    fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }
    pub(super) fn going_away() -> Self {
        Self::new(1001, "the server is stopping; connect again and resume after your last cursor")
    }
    pub(super) fn too_slow() -> Self {
        // Try again later: 1008 would tell clients to give up.
        Self::new(1013, "messages were not taken in time; connect again and resume after your last cursor")
    }
    pub(super) fn too_many_connections() -> Self {
        Self::new(1013, "this key has too many connections open on this node; close one, or try again later")
    }
    pub(super) fn unreadable(max_bytes: usize) -> Self {
        Self::new(1009, &format!("messages are texts of at most {max_bytes} bytes"))
    }
    pub(super) fn internal() -> Self {
        Self::new(1011, "something went wrong here")
    }
}

/// What the connection has to do after a message.
#[derive(Debug, PartialEq)]
pub(super) enum Action {
    /// Authenticate with the payload, then acknowledge.
    Initialise(Value),
    /// Send `pong` with the payload.
    Pong(Option<Value>),
    /// Start an operation; `run` is its number on this socket.
    Subscribe { id: String, run: u64, payload: Value },
    /// Stop the operation that had this number.
    Stop { run: u64 },
    /// Nothing.
    Ignore,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit { payload: Option<Value> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Opened,
    Initialising,
    Acknowledged,
}

/// The state of one socket's conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    phase: Phase,
    live: HashMap<String, u64>,
    next_run: u64,
}

impl Conversation {
    pub(super) fn new() -> Self {
        Self { phase: Phase::Opened, live: HashMap::new(), next_run: 0 }
    }

    /// What a text from the client means now.
    pub(super) fn receive(&mut self, text: &str) -> Result<Action, Close> {
        let message: ClientMessage = serde_json::from_str(text)
            .map_err(|_| Close::bad_request("the message is none of graphql-transport-ws"))?;
        match message {
            ClientMessage::ConnectionInit { payload } => self.initialise(payload),
            ClientMessage::Ping { payload } => match payload {
                None | Some(Value::Object(_)) => Ok(Action::Pong(payload)),
                Some(_) => Err(Close::bad_request("the payload of ping is no object")),
            },
            ClientMessage::Pong {} => Ok(Action::Ignore),
            ClientMessage::Subscribe { id, payload } => self.subscribe(id, payload),
            ClientMessage::Complete { id } => {
                // Unknown ids are no fault: our own `complete` may have crossed this one.
                Ok(self.live.remove(&id).map_or(Action::Ignore, |run| Action::Stop { run }))
            }
        }
    }

    fn initialise(&mut self, payload: Option<Value>) -> Result<Action, Close> {
        if self.phase != Phase::Opened {
            return Err(Close::too_many_inits());
        }
        self.phase = Phase::Initialising;
        match payload {
            None | Some(Value::Null) => Ok(Action::Initialise(Value::Null)),
            Some(payload @ Value::Object(_)) => Ok(Action::Initialise(payload)),
            Some(_) => Err(Close::bad_request("the payload of connection_init is no object")),
        }
    }

    fn subscribe(&mut self, id: String, payload: Value) -> Result<Action, Close> {
        if self.phase != Phase::Acknowledged {
            return Err(Close::unauthorized());
        }
        if id.is_empty() || !payload.is_object() {
            return Err(Close::bad_request("subscribe takes an id and an object as payload"));
        }
        if self.live.contains_key(&id) {
            return Err(Close::duplicate(&id));
        }
        let run = self.next_run;
        self.next_run += 1;
        self.live.insert(id.clone(), run);
        Ok(Action::Subscribe { id, run, payload })
    }

    /// `connection_ack` was sent.
    pub(super) fn acknowledged(&mut self) {
        self.phase = Phase::Acknowledged;
    }

    pub(super) fn awaits_init(&self) -> bool {
        self.phase == Phase::Opened
    }

    /// How many operations run.
    pub(super) fn live(&self) -> usize {
        self.live.len()
    }

    /// Whether messages of this run may still be sent: not after either side completed it, even if the id is in
    /// use again.
    pub(super) fn is_live(&self, id: &str, run: u64) -> bool {
        self.live.get(id) == Some(&run)
    }

    /// The operation ended by itself.
    pub(super) fn ended(&mut self, id: &str, run: u64) {
        if self.is_live(id, run) {
            self.live.remove(id);
        }
    }
}

/// A message to the client.
pub(super) fn message(kind: &str, id: Option<&str>, payload: Option<&Value>) -> String {
    let mut message = json!({ "type": kind });
    if let Some(id) = id {
        message["id"] = json!(id);
    }
    if let Some(payload) = payload {
        message["payload"] = payload.clone();
    }
    message.to_string()
}

/// A result to the client. Its payload is JSON already, the same bytes for everybody who is sent it.
pub(super) fn next_message(id: &str, payload: &str) -> String {
    const AROUND: usize = 40;
    let id = json!(id).to_string();
    let mut text = String::with_capacity(payload.len() + id.len() + AROUND);
    for part in [r#"{"id":"#, &id, r#","payload":"#, payload, r#","type":"next"}"#] {
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acknowledged() -> Conversation {
        let mut conversation = Conversation::new();
        conversation.receive(r#"{"type":"connection_init"}"#).unwrap();
        conversation.acknowledged();
        conversation
    }

    fn subscribe(id: &str) -> String {
        json!({ "type": "subscribe", "id": id, "payload": { "query": "{a}" } }).to_string()
    }

    #[track_caller]
    fn closes(conversation: &mut Conversation, text: &str, code: u16) {
        let close = conversation.receive(text).expect_err("closed");
        assert_eq!(close.code, code, "{text}: {}", close.reason);
        assert!(close.reason.len() <= 123);
    }

    #[test]
    fn nothing_but_messages_of_the_protocol_is_taken() {
        let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(10_000));
        let texts = [
            "",
            "{",
            "[]",
            "null",
            "1",
            r#"{"type":"start","id":"1","payload":{}}"#,
            r#"{"id":"1"}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"next","id":"1"}"#,
            &long,
        ];
        for text in texts {
            closes(&mut acknowledged(), text, 4400);
        }
        closes(&mut acknowledged(), r#"{"type":"subscribe","id":"1","payload":[]}"#, 4400);
        closes(&mut acknowledged(), r#"{"type":"subscribe","id":"","payload":{}}"#, 4400);
        closes(&mut acknowledged(), r#"{"type":"ping","payload":7}"#, 4400);
    }

    #[test]
    fn subscribing_before_the_acknowledgement_closes_unauthorised() {
        closes(&mut Conversation::new(), &subscribe("1"), 4401);
        let mut initialising = Conversation::new();
        initialising.receive(r#"{"type":"connection_init"}"#).unwrap();
        closes(&mut initialising, &subscribe("1"), 4401);
    }

    #[test]
    fn a_second_init_closes_and_so_does_a_payload_that_is_no_object() {
        closes(&mut acknowledged(), r#"{"type":"connection_init"}"#, 4429);
        closes(&mut Conversation::new(), r#"{"type":"connection_init","payload":"key"}"#, 4400);
    }

    #[test]
    fn an_id_is_free_again_when_its_operation_has_ended() {
        let mut conversation = acknowledged();
        assert!(matches!(conversation.receive(&subscribe("1")), Ok(Action::Subscribe { run: 0, .. })));
        conversation.ended("1", 0);
        assert!(matches!(conversation.receive(&subscribe("1")), Ok(Action::Subscribe { run: 1, .. })));
        closes(&mut conversation, &subscribe("1"), 4409);
    }

    #[test]
    fn what_the_client_completed_sends_no_more_even_if_its_id_lives_again() {
        let mut conversation = acknowledged();
        conversation.receive(&subscribe("1")).unwrap();
        assert!(conversation.is_live("1", 0));
        let complete = r#"{"type":"complete","id":"1"}"#;
        assert_eq!(conversation.receive(complete), Ok(Action::Stop { run: 0 }));
        assert_eq!(conversation.receive(complete), Ok(Action::Ignore));
        conversation.receive(&subscribe("1")).unwrap();
        assert!(!conversation.is_live("1", 0));
        assert!(conversation.is_live("1", 1));
        conversation.ended("1", 0);
        assert!(conversation.is_live("1", 1));
    }

    #[test]
    fn a_ping_is_answered_with_its_payload_in_any_phase() {
        let ping = r#"{"type":"ping","payload":{"at":1}}"#;
        assert_eq!(Conversation::new().receive(ping), Ok(Action::Pong(Some(json!({ "at": 1 })))));
        assert_eq!(acknowledged().receive(r#"{"type":"ping"}"#), Ok(Action::Pong(None)));
        assert_eq!(acknowledged().receive(r#"{"type":"pong"}"#), Ok(Action::Ignore));
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let close = Close::new(4400, &"я".repeat(100));
        assert_eq!(close.reason.len(), 122);
    }
}
