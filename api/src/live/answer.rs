//! Answers, made once for all who are shown the same.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use async_graphql::{Request, Response};
use futures_util::{StreamExt as _, stream::BoxStream};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Item, feed::Feed, memo::Memo};
use crate::http::{graphql::run, panic::caught};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The answer to one thing in one shape: a whole GraphQL response, serialised.
pub(super) struct Answer {
    pub(super) json: Arc<str>,
    /// Its errors, where it has no data.
    pub(super) refusal: Option<Value>,
}

impl Answer {
    pub(super) fn of(response: Response, request_id: Uuid) -> Self {
        let response = run::mask(response, request_id);
        let refused = response.data == async_graphql::Value::Null && !response.errors.is_empty();
        let refusal = refused.then(|| json!(response.errors));
        // Keys are texts and numbers are finite: it always has a text.
        Self { json: serde_json::to_string(&response).unwrap_or_default().into(), refusal }
    }
}

struct Order {
    items: Vec<Item>,
    answers: oneshot::Sender<Vec<Arc<Answer>>>,
}

/// What is selected by those who share it, and the task that answers for all of them.
pub(super) struct Shape {
    number: u64,
    memo: Arc<Memo>,
    orders: mpsc::UnboundedSender<Order>,
}

impl Shape {
    /// `open` executes a subscription; `request` is the one that is resolved for everybody.
    pub(super) fn begin(
        number: u64,
        memo: Arc<Memo>,
        open: &dyn Fn(Request) -> BoxStream<'static, Response>,
        request: Request,
        request_id: Uuid,
    ) -> Arc<Self> {
        // Each subscriber waits for its one order, so there are no more of them than subscribers.
        let (orders, waiting) = mpsc::unbounded_channel();
        let (feed, items) = mpsc::channel(1);
        let responses = open(request.data(Feed::new(items)));
        let shape = Arc::new(Self { number, memo: Arc::clone(&memo), orders });
        let kitchen = Kitchen { number, memo, shape: Arc::downgrade(&shape), feed, responses, request_id };
        tokio::spawn(kitchen.serve(waiting));
        shape
    }

    /// Whether it can answer: one whose task has ended by a panic cannot.
    pub(super) fn lives(&self) -> bool {
        !self.orders.is_closed()
    }

    /// The answers to these things, in their order; nothing where they cannot be made.
    pub(super) async fn answers(&self, items: Vec<Item>) -> Option<Vec<Arc<Answer>>> {
        let known: Option<Vec<_>> = items.iter().map(|item| self.memo.get(self.number, item)).collect();
        if known.is_some() {
            return known;
        }
        let (answers, made) = oneshot::channel();
        self.orders.send(Order { items, answers }).ok()?;
        made.await.ok()
    }
}

/// Where answers are made, one after the other. A task of its own: a subscriber who leaves takes nothing along.
struct Kitchen {
    number: u64,
    memo: Arc<Memo>,
    shape: Weak<Shape>,
    feed: mpsc::Sender<Item>,
    responses: BoxStream<'static, Response>,
    request_id: Uuid,
}

impl Kitchen {
    /// Ends when the last subscriber has left, or when an answer cannot be made: what it then would answer next
    /// is not known to belong to the next thing.
    async fn serve(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        while let Some(Order { items, answers }) = orders.recv().await {
            let mut made = Vec::with_capacity(items.len());
            for item in items {
                let Some(answer) = self.answer(item).await else { return };
                made.push(answer);
            }
            // Whoever has left needs no answer.
            let _ = answers.send(made);
        }
    }

    async fn answer(&mut self, item: Item) -> Option<Arc<Answer>> {
        if let Some(known) = self.memo.get(self.number, &item) {
            return Some(known);
        }
        self.feed.send(item.clone()).await.ok()?;
        let response = match tokio::time::timeout(PATIENCE, caught(self.responses.next())).await {
            Ok(Ok(response)) => response?,
            Ok(Err(_)) => return None,
            Err(_) => {
                tracing::warn!(request_id = %self.request_id, "a subscription's answer took too long");
                return None;
            }
        };
        let answer = Arc::new(Answer::of(response, self.request_id));
        if self.shape.strong_count() > 1 {
            self.memo.keep(self.number, &item, &answer, Instant::now());
        }
        Some(answer)
    }
}
