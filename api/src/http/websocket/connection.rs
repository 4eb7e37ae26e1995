//! The loop of one socket. It alone writes; operations hand it what they have through one bounded queue, whose
//! senders wait in line, so that no operation starves another and a slow client slows only its own operations.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt as _;
use serde_json::Value;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{self, MissedTickBehavior},
};

use super::{
    operation::{self, Body, Outbox, Outgoing, Queue},
    protocol::{Action, Close, Conversation, message, next_message},
};
use crate::{
    graphql::caller::Language,
    http::{
        auth::{self, Session},
        connections::{self, Place},
        error::HttpError,
        graphql::{params::Params, prepare},
        request_id::RequestId,
        state::SharedState,
    },
};

/// How long a client may take to read why it was closed, and to answer.
const FAREWELL: Duration = Duration::from_secs(2);

/// Closes a socket on which nothing was said yet.
pub(super) async fn refuse(mut socket: WebSocket, close: Close) {
    say(&mut socket, close).await;
}

/// Says why it is closed, and waits for the client to close as well: a connection that is dropped while something on
/// it was not read may lose the last thing that was said. Whether the client still reads that is its own affair.
async fn say(socket: &mut WebSocket, Close { code, reason }: Close) {
    tracing::debug!(code, reason, "a WebSocket was closed");
    let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let farewell = async {
        if socket.send(frame).await.is_ok() {
            drain(socket).await;
        }
    };
    let _heard = time::timeout(FAREWELL, farewell).await;
}

/// Reads to the end; the library answers the client's close frame meanwhile.
async fn drain(socket: &mut WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {}
}

/// How many messages that wait are sent at once, before anything else is looked at.
const TOGETHER: usize = 32;

/// How a socket ended.
enum End {
    /// We close it.
    Close(Close),
    /// The client did, and waits for our answer to that.
    Left,
    /// The line is dead.
    Gone,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

pub(super) struct Connection {
    state: SharedState,
    session: Option<Session>,
    place: Option<Place>,
    request_id: RequestId,
    language: Language,
    conversation: Conversation,
    running: HashMap<u64, AbortHandle>,
    tasks: JoinSet<()>,
    outbox: Queue,
    queue: mpsc::Receiver<Box<Outgoing>>,
    heard: Instant,
}

impl Connection {
    pub(super) fn new(
        state: SharedState,
        session: Option<Session>,
        request_id: RequestId,
        language: Language,
    ) -> Self {
        let (outbox, queue) = mpsc::channel(state.sockets.queue);
        Self {
            state,
            session,
            place: None,
            request_id,
            language,
            conversation: Conversation::new(),
            running: HashMap::new(),
            tasks: JoinSet::new(),
            outbox,
            queue,
            heard: Instant::now(),
        }
    }

    pub(super) async fn run(mut self, mut socket: WebSocket) {
        let end = self.converse(&mut socket).await;
        self.tasks.shutdown().await;
        match end {
            End::Close(close) => say(&mut socket, close).await,
            End::Left => {
                let _answered = time::timeout(FAREWELL, drain(&mut socket)).await;
            }
            End::Gone => {}
        }
    }

    async fn converse(&mut self, socket: &mut WebSocket) -> End {
        let limits = self.state.sockets;
        let shutdown = self.state.shutdown.clone();
        let init_deadline = time::sleep(limits.init);
        tokio::pin!(init_deadline);
        let mut pings = time::interval(limits.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        loop {
            let expires_at = self.session.as_ref().and_then(Session::expires_at);
            let step = tokio::select! {
                () = shutdown.cancelled() => Err(Close::going_away().into()),
                () = auth::expires(expires_at) => Err(Close::expired().into()),
                () = &mut init_deadline, if self.conversation.awaits_init() => Err(Close::init_timeout().into()),
                _ = pings.tick() => self.ping(socket).await,
                received = socket.recv() => self.take(socket, received).await,
                Some(outgoing) = self.queue.recv() => self.pass_on(socket, outgoing).await,
                Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => Ok(()),
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn take(
        &mut self,
        socket: &mut WebSocket,
        received: Option<Result<Message, axum::Error>>,
    ) -> Result<(), End> {
        self.heard = Instant::now();
        match received {
            Some(Ok(Message::Text(text))) => {
                let action = self.conversation.receive(text.as_str())?;
                self.act(socket, action).await
            }
            Some(Ok(Message::Binary(_))) => Err(Close::new(4400, "messages are JSON texts").into()),
            // The library answers pings itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) => Err(End::Left),
            None => Err(End::Gone),
            // Too large, not UTF-8, or the line broke; then the close frame goes nowhere.
            Some(Err(_)) => Err(Close::unreadable(self.state.sockets.message_bytes).into()),
        }
    }

    async fn act(&mut self, socket: &mut WebSocket, action: Action) -> Result<(), End> {
        match action {
            Action::Initialise(payload) => {
                // On the heap: it happens once, and a connection lasts.
                Box::pin(self.authenticate(&payload)).await?;
                self.conversation.acknowledged();
                self.send(socket, message("connection_ack", None, None)).await
            }
            Action::Pong(payload) => self.send(socket, message("pong", None, payload.as_ref())).await,
            Action::Subscribe { id, run, payload } => self.start(socket, id, run, payload).await,
            Action::Stop { run } => {
                if let Some(task) = self.running.remove(&run) {
                    task.abort();
                }
                Ok(())
            }
            Action::Ignore => Ok(()),
        }
    }

    /// A key in the payload wins over one in the upgrade's headers.
    async fn authenticate(&mut self, payload: &Value) -> Result<(), End> {
        let given = ["authorization", "Authorization"].iter().find_map(|name| payload.get(name)?.as_str());
        if let Some(secret) = given.and_then(auth::bearer) {
            let opened =
                Session::open(&self.state.authenticator, secret, self.request_id, self.language).await;
            self.session = opened.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "a key could not be checked");
                Close::internal()
            })?;
        } else if given.is_some() {
            self.session = None;
        }
        let Some(session) = &self.session else { return Err(Close::forbidden().into()) };
        self.place = connections::place(&self.state, session).ok();
        if self.place.is_some() { Ok(()) } else { Err(Close::too_many_connections().into()) }
    }

    async fn start(
        &mut self,
        socket: &mut WebSocket,
        id: String,
        run: u64,
        payload: Value,
    ) -> Result<(), End> {
        let Some(session) = &self.session else { return Err(Close::unauthorized().into()) };
        let params = Params::from_value(payload).map_err(|_| {
            Close::bad_request("query, operationName, variables or extensions have a wrong type")
        })?;
        let max = self.state.sockets.operations;
        let prepared = if self.conversation.live() > max {
            let message = format!("{max} operations run on this connection; end one first");
            Err(HttpError::rate_limited(message, None))
        } else {
            let counted = self.state.rates.request(session);
            counted.and_then(|_| prepare::prepare(params, session, &self.state))
        };
        match prepared {
            Ok(prepared) => {
                let outbox = Outbox { id: id.into(), run, queue: self.outbox.clone() };
                let task = self.tasks.spawn(operation::run(self.state.clone(), prepared, outbox));
                self.running.insert(run, task);
                Ok(())
            }
            Err(error) => {
                self.conversation.ended(&id, run);
                self.send(socket, message("error", Some(&id), Some(&operation::refusal(error)))).await
            }
        }
    }

    /// Sends what waits, up to a bound, and then all of it at once: one message after the other would cost a
    /// call to the system each.
    async fn pass_on(&mut self, socket: &mut WebSocket, first: Box<Outgoing>) -> Result<(), End> {
        self.hand_over(socket, &first).await?;
        let mut taken: Vec<_> = first.taken.into_iter().collect();
        for _ in 1..TOGETHER {
            let Ok(outgoing) = self.queue.try_recv() else { break };
            self.hand_over(socket, &outgoing).await?;
            taken.extend(outgoing.taken);
        }
        self.within(socket.flush()).await
    }

    async fn hand_over(&mut self, socket: &mut WebSocket, outgoing: &Outgoing) -> Result<(), End> {
        let Outgoing { id, run, body, .. } = outgoing;
        if !self.conversation.is_live(id, *run) {
            return Ok(());
        }
        let (text, last) = match body {
            Body::Next(payload) => (next_message(id, payload), false),
            Body::Error(payload) => (message("error", Some(id), Some(payload)), true),
            Body::Complete => (message("complete", Some(id), None), true),
        };
        if last {
            self.conversation.ended(id, *run);
            self.running.remove(run);
        }
        self.within(socket.feed(Message::Text(text.into()))).await
    }

    /// Pings a silent client; gives up on one that stayed silent for two pings, or whose key was revoked.
    async fn ping(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if self.heard.elapsed() > self.state.sockets.ping * 5 / 2 {
            return Err(End::Gone);
        }
        if let Some(session) = &self.session
            // One that cannot be checked now is checked again before each event and at the next ping.
            && matches!(session.still_holds().await, Ok(false))
        {
            return Err(Close::forbidden().into());
        }
        self.put(socket, Message::Ping(axum::body::Bytes::new())).await
    }

    async fn send(&self, socket: &mut WebSocket, text: String) -> Result<(), End> {
        self.put(socket, Message::Text(text.into())).await
    }

    async fn put(&self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        self.within(socket.send(message)).await
    }

    /// What the client's side has to take in time.
    async fn within(&self, sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
        match time::timeout(self.state.sockets.send, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(Close::too_slow().into()),
        }
    }
}
