//! A repeat gets the first result, whatever has happened since.

use ledgerdesk_domain::{
    consultation::{Consultation, ConsultationCommand, Resolve, Start},
    context::Actor,
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    command::{CommandError, Envelope},
    event_store::AppendError,
};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, key, open},
};

fn resolve() -> ConsultationCommand {
    ConsultationCommand::Resolve(Resolve { resolution: None, code: None })
}

fn start() -> ConsultationCommand {
    ConsultationCommand::Start(Start)
}

#[tokio::test]
async fn a_repeat_of_an_opening_answers_the_consultation_that_was_opened_first() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let open_once = || Envelope {
        idempotency: key("k1", "open it"),
        // The server makes a new id for every request.
        ..node.envelope(SystemIds.next_id(), open(None, "once"))
    };
    let first = node.executor.execute::<Consultation>(open_once()).await.unwrap();
    let repeat = node.executor.execute::<Consultation>(open_once()).await.unwrap();
    assert_eq!(
        (repeat.stream, repeat.position, repeat.version),
        (first.stream, first.position, first.version)
    );
    assert!(repeat.replayed && !first.replayed);
    assert_eq!(node.store.fetch_head().await.unwrap().position.0, 1);
}

#[tokio::test]
async fn a_repeat_that_the_rules_would_now_refuse_still_answers_its_first_result() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let opened = node.open_consultation(None, "started once").await;
    let once = || Envelope { idempotency: key("s", "start"), ..node.envelope(opened.stream.id, start()) };
    let first = node.executor.execute::<Consultation>(once()).await.unwrap();
    node.executor.execute::<Consultation>(node.envelope(opened.stream.id, resolve())).await.unwrap();
    let repeat = node.executor.execute::<Consultation>(once()).await.unwrap();
    assert_eq!((repeat.position, repeat.replayed), (first.position, true));
    // Without the key, the same command is refused.
    let error = node.executor.execute::<Consultation>(node.envelope(opened.stream.id, start())).await;
    assert!(matches!(error, Err(CommandError::Rejected(_))));
}

#[tokio::test]
async fn a_key_used_for_another_request_is_refused() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let with = |request: &str| Envelope {
        idempotency: key("k", request),
        ..node.envelope(SystemIds.next_id(), open(None, request))
    };
    node.executor.execute::<Consultation>(with("one")).await.unwrap();
    let error = node.executor.execute::<Consultation>(with("another")).await.unwrap_err();
    assert!(matches!(error, CommandError::Append(AppendError::KeyReused)), "{error}");
}

#[tokio::test]
async fn keys_of_different_actors_never_meet() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let by = |actor: Actor| Envelope {
        idempotency: key("same", "same"),
        actor,
        ..node.envelope(SystemIds.next_id(), open(None, "mine"))
    };
    let first = node.executor.execute::<Consultation>(by(Actor::bot(SystemIds.next_id()))).await.unwrap();
    let second = node.executor.execute::<Consultation>(by(Actor::bot(SystemIds.next_id()))).await.unwrap();
    assert_ne!(first.stream, second.stream);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn repeats_at_the_same_moment_act_once() {
    let database = TestDatabase::new().await;
    let nodes = [Node::open(database.pool()).await, Node::open(database.pool()).await];
    let workspace = nodes[0].workspace;
    let repeats: Vec<_> = (0..20)
        .map(|number| {
            let node = Node { workspace, ..nodes[number % 2].clone() };
            tokio::spawn(async move {
                let envelope = Envelope {
                    idempotency: key("storm", "storm"),
                    ..node.envelope(SystemIds.next_id(), open(None, "storm"))
                };
                node.executor.execute::<Consultation>(envelope).await.unwrap()
            })
        })
        .collect();
    let mut streams = Vec::new();
    for repeat in repeats {
        streams.push(repeat.await.unwrap().stream);
    }
    streams.dedup();
    assert_eq!(streams.len(), 1, "everybody is told of the same consultation");
    assert_eq!(nodes[0].store.fetch_head().await.unwrap().position.0, 1);
}
