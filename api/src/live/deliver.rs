//! A subscription as a transport reads it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use async_graphql::{PathSegment, Pos, Request, Response, ServerError};
use async_stream::stream;
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Source,
    answer::{Answer, Shape},
    audience::{Checks, Door},
    feed::{Opened, Slot},
    memo::Memo,
    shape::{Recipe, ShapeKey},
};
use crate::{
    graphql::error::Fault,
    http::{auth::Session, error::HttpError, panic::caught},
};

/// What a transport passes on.
#[derive(Debug, Clone)]
pub(crate) enum Delivery {
    /// The subscription could not begin: the errors. Nothing follows.
    Refused(Value),
    /// A response, serialised: the same bytes for everybody who is shown the same.
    Next {
        /// The response.
        json: Arc<str>,
        /// Whether the next one is worth asking for only when the client's side has taken this one.
        is_state: bool,
    },
}

/// What all subscriptions of a node share. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Shared>);

#[derive(Default)]
struct Shared {
    shapes: Mutex<Shapes>,
    memo: Arc<Memo>,
    checks: Checks,
}

#[derive(Default)]
struct Shapes {
    by_key: HashMap<ShapeKey, Weak<Shape>>,
    numbers: u64,
    /// From how many on it is worth looking for those that nobody has any more.
    swept_at: usize,
}

impl Hub {
    /// The shape of this key, which `begin` begins where nobody has it.
    fn shape(&self, key: ShapeKey, begin: impl FnOnce(u64, Arc<Memo>) -> Arc<Shape>) -> Arc<Shape> {
        let mut shapes = self.0.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = shapes.by_key.get(&key).and_then(Weak::upgrade)
            && shape.lives()
        {
            return shape;
        }
        if shapes.by_key.len() >= shapes.swept_at {
            shapes.by_key.retain(|_, shape| shape.strong_count() > 0);
            shapes.swept_at = (shapes.by_key.len() * 2).max(64);
        }
        shapes.numbers += 1;
        let shape = begin(shapes.numbers, Arc::clone(&self.0.memo));
        shapes.by_key.insert(key, Arc::downgrade(&shape));
        shape
    }
}

/// Opens a subscription and delivers it to its end. `open` executes it as the caller of this session; a stream that
/// shares nothing, such as that of a query, is passed on as it is.
pub(crate) fn deliver(
    hub: Hub,
    session: Session,
    mut request: Request,
    open: impl Fn(Request) -> BoxStream<'static, Response> + Send + Sync + 'static,
) -> BoxStream<'static, Delivery> {
    let request_id = session.caller().request_id;
    let document = match request.parsed_query() {
        Ok(document) => document.clone(),
        Err(error) => return Box::pin(stream::iter([Delivery::Refused(json!([error]))])),
    };
    let key = ShapeKey::of(&request, &document, session.caller());
    let recipe = Recipe::of(request, document);
    Box::pin(stream! {
        let slot = Slot::default();
        let mut opening = open(recipe.request().data(slot.clone()));
        let mut begun = false;
        // What opened a source answers nothing itself.
        loop {
            let delivery = match caught(opening.next()).await {
                Ok(None) => break,
                Ok(Some(response)) => delivery(&Answer::of(response, request_id), begun, false),
                Err(_) => Delivery::Refused(json!([HttpError::internal(request_id).into_error()])),
            };
            let is_last = matches!(delivery, Delivery::Refused(_));
            begun = true;
            yield delivery;
            if is_last {
                return;
            }
        }
        drop(opening);
        let Some(Opened { source, field }) = slot.take() else { return };
        let shape = hub.shape(key, |number, memo| {
            Shape::begin(number, memo, &open, recipe.request(), request_id)
        });
        drop((recipe, open));
        let is_state = source.is_state();
        let door = Door::new(session, hub.0.checks.clone());
        let mut subscriber = Subscriber { source, door, shape };
        loop {
            let mut fault = None;
            match subscriber.next().await {
                Ok(answers) => for answer in answers {
                    if let Err(closed) = subscriber.door.pass_again().await {
                        fault = Some(closed);
                        break;
                    }
                    let delivery = delivery(&answer, begun, is_state);
                    let is_last = matches!(delivery, Delivery::Refused(_));
                    begun = true;
                    yield delivery;
                    if is_last {
                        return;
                    }
                },
                Err(ended) => fault = Some(ended),
            }
            if let Some(fault) = fault {
                yield delivery(&ended(fault, &field, request_id), begun, is_state);
                return;
            }
        }
    })
}

/// The first answer tells whether the subscription could begin at all.
fn delivery(answer: &Answer, begun: bool, is_state: bool) -> Delivery {
    match &answer.refusal {
        Some(errors) if !begun => Delivery::Refused(errors.clone()),
        _ => Delivery::Next { json: Arc::clone(&answer.json), is_state },
    }
}

/// The last answer: why it ends, at the field that ended.
fn ended(fault: Fault, field: &str, request_id: Uuid) -> Answer {
    let error = async_graphql::Error::from(fault).into_server_error(Pos::default());
    let error =
        ServerError { locations: Vec::new(), ..error }.with_path(vec![PathSegment::Field(field.to_owned())]);
    Answer::of(Response::from_errors(vec![error]), request_id)
}

/// One who follows a source and shares a shape.
struct Subscriber {
    source: Box<dyn Source>,
    door: Door,
    shape: Arc<Shape>,
}

impl Subscriber {
    /// What to send next. Whether the caller may see it is asked when it has come.
    async fn next(&mut self) -> Result<Vec<Arc<Answer>>, Fault> {
        let items = caught(self.source.next()).await.map_err(|_| Fault::Internal)??;
        self.door.pass().await?;
        self.shape.answers(items).await.ok_or(Fault::Unavailable { message: UNANSWERED })
    }
}

const UNANSWERED: &str = "an answer could not be made in time; subscribe again, with your last cursor";

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_graphql::{Context, EmptyMutation, Object, Result, Schema, Subscription};
    use futures_util::{
        FutureExt as _,
        future::{BoxFuture, join_all},
    };
    use ledgerdesk_domain::{context::Actor, id::WorkspaceId};

    use super::*;
    use crate::{
        graphql::{
            caller::{Language, Role},
            subscription::Boxed,
        },
        http::{
            auth::{Authenticator, Principal},
            request_id::RequestId,
        },
        live::{Item, subscribe},
    };

    const DOCUMENT: &str = "subscription($from: Int!) { numbers(from: $from) { value } }";

    struct Query;

    #[Object]
    impl Query {
        async fn nothing(&self) -> Option<i32> {
            None
        }
    }

    /// What is shown, and how often it was resolved.
    #[derive(Clone)]
    struct World {
        items: Arc<Vec<Item>>,
        resolved: Arc<AtomicUsize>,
    }

    /// Ten things at a time, then silence.
    struct Numbers(std::vec::IntoIter<Item>);

    impl Source for Numbers {
        fn next(&mut self) -> BoxFuture<'_, Result<Vec<Item>, Fault>> {
            let next: Vec<Item> = self.0.by_ref().take(10).collect();
            if next.is_empty() {
                std::future::pending().boxed()
            } else {
                std::future::ready(Ok(next)).boxed()
            }
        }

        fn is_state(&self) -> bool {
            false
        }
    }

    struct Number(i32);

    #[Object]
    impl Number {
        #[expect(clippy::unused_async, reason = "fields of an object are asynchronous")]
        async fn value(&self, ctx: &Context<'_>) -> Result<i32> {
            ctx.data::<World>()?.resolved.fetch_add(1, Ordering::Relaxed);
            if self.0 == 13 { Err("unlucky".into()) } else { Ok(self.0) }
        }
    }

    struct Root;

    #[Subscription]
    impl Root {
        async fn numbers(&self, ctx: &Context<'_>, from: i32) -> Result<Boxed<Number>> {
            let source = async {
                if from < 0 {
                    return Err(Fault::bad_input("`from` is negative"));
                }
                let items: Vec<Item> = ctx.data::<World>()?.items.to_vec();
                Ok(Numbers(items.into_iter()))
            };
            subscribe(ctx, source, |number: &Arc<i32>| Number(**number)).await
        }
    }

    fn world(count: i32) -> World {
        let items = (0..count).map(|number| Item::new(Arc::new(number))).collect();
        World { items: Arc::new(items), resolved: Arc::default() }
    }

    async fn session(role: Role) -> Session {
        let authenticator = Authenticator::new(move |_| {
            let principal = Principal {
                workspace_id: WorkspaceId(Uuid::nil()),
                key_id: Uuid::nil(),
                access: role.into(),
                actor: Actor::SYSTEM,
                credential: crate::graphql::caller::Credential::Key,
                expires_at: None,
            };
            async move { Ok(Some(principal)) }.boxed()
        });
        let opened = Session::open(&authenticator, "key", RequestId(Uuid::nil()), Language::En).await;
        opened.unwrap().unwrap()
    }

    fn subscriber(hub: &Hub, world: &World, session: &Session, from: i32) -> BoxStream<'static, Delivery> {
        let schema = Schema::build(Query, EmptyMutation, Root).data(world.clone()).finish();
        let caller = session.clone();
        let variables = async_graphql::Variables::from_json(json!({ "from": from }));
        let request = Request::new(DOCUMENT).variables(variables);
        deliver(hub.clone(), session.clone(), request, move |request| {
            schema.execute_stream(request.data(caller.clone()))
        })
    }

    async fn first(deliveries: BoxStream<'static, Delivery>, count: usize) -> Vec<Arc<str>> {
        let next = deliveries.take(count).map(|delivery| match delivery {
            Delivery::Next { json, .. } => json,
            Delivery::Refused(errors) => panic!("{errors}"),
        });
        next.collect().await
    }

    #[tokio::test]
    async fn a_thing_is_resolved_and_serialised_once_for_all_who_are_shown_the_same() {
        let (hub, world) = (Hub::default(), world(100));
        let (owner, auditor) = (session(Role::Owner).await, session(Role::Auditor).await);
        let subscribers = (0..100).map(|number| {
            let session = if number < 50 { &owner } else { &auditor };
            first(subscriber(&hub, &world, session, number), 100)
        });
        let seen = join_all(subscribers).await;
        // Once for each of the two audiences, whatever each subscriber asked the root field for.
        assert_eq!(world.resolved.load(Ordering::Relaxed), 200);
        assert_eq!(&*seen[7][42], r#"{"data":{"numbers":{"value":42}}}"#);
        for mine in &seen[..50] {
            assert!(mine.iter().zip(&seen[0]).all(|(mine, first)| Arc::ptr_eq(mine, first)));
        }
        assert!(!Arc::ptr_eq(&seen[0][0], &seen[99][0]));
    }

    #[tokio::test]
    async fn what_cannot_begin_is_refused_and_an_error_later_is_one_answer_among_others() {
        let (hub, world, owner) = (Hub::default(), world(20), session(Role::Owner).await);
        let refused = subscriber(&hub, &world, &owner, -1).next().await;
        let Some(Delivery::Refused(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT");
        let seen = first(subscriber(&hub, &world, &owner, 1), 20).await;
        assert!(seen[13].contains("INTERNAL_SERVER_ERROR") && !seen[13].contains("unlucky"), "{}", seen[13]);
        assert_eq!(&*seen[14], r#"{"data":{"numbers":{"value":14}}}"#);
    }

    #[tokio::test]
    async fn one_who_leaves_in_the_middle_takes_nobody_along() {
        let (hub, world, owner) = (Hub::default(), world(100), session(Role::Owner).await);
        let mut leaver = subscriber(&hub, &world, &owner, 0);
        let stayer = tokio::spawn(first(subscriber(&hub, &world, &owner, 0), 100));
        for _ in 0..15 {
            assert!(leaver.next().await.is_some());
        }
        drop(leaver);
        let seen = stayer.await.unwrap();
        for (number, json) in seen.iter().enumerate().filter(|(number, _)| *number != 13) {
            assert_eq!(**json, format!(r#"{{"data":{{"numbers":{{"value":{number}}}}}}}"#));
        }
    }
}
