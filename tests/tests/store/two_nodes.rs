//! Two nodes that do the same thing at the same time.

use std::sync::Arc;

use ledgerdesk_domain::consultation::{Consultation, ConsultationRejection};
use ledgerdesk_domain::stream::{StreamId, StreamType, StreamVersion};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemClock, SystemIds},
    command::CommandError,
    event_store::{AppendError, AppenderLimits},
};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, open},
};
use sqlx::Connection as _;

/// Both seal the first event of the stream with a key of their own making; only one of the keys is stored.
#[tokio::test]
async fn the_node_whose_key_came_second_opens_events_with_the_one_that_came_first() {
    let database = TestDatabase::new().await;
    let first = Node::open(database.pool()).await;
    let second = Node { workspace: first.workspace, ..Node::open(database.pool()).await };
    let nodes = [first, second];
    let id = SystemIds.next_id();

    let mut owner = database.owner().await;
    let mut hold = owner.begin().await.unwrap();
    sqlx::query("select from ledgerdesk.log_head for update").execute(&mut *hold).await.unwrap();
    let commands: Vec<_> = nodes
        .clone()
        .into_iter()
        .map(|node| {
            let envelope = node.envelope(id, open(None, "opened twice"));
            tokio::spawn(async move { node.executor.execute::<Consultation>(envelope).await })
        })
        .collect();
    let mut observer = database.owner().await;
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        .fetch_one(&mut observer)
        .await
        .unwrap();
        if waiting == 2 {
            break;
        }
    }
    hold.rollback().await.unwrap();

    let mut opened = 0;
    for command in commands {
        match command.await.unwrap() {
            Ok(_) => opened += 1,
            Err(error) => {
                let known = matches!(error, CommandError::Rejected(ConsultationRejection::AlreadyExists));
                assert!(known, "the second one is told the rule: {error:?}");
            }
        }
    }
    assert_eq!(opened, 1);
    let stream = StreamId::new(StreamType::Consultation, id);
    for node in nodes {
        let events = node.store.read_stream(node.workspace, stream, StreamVersion::NONE, 10).await.unwrap();
        assert!(format!("{events:?}").contains("opened twice"), "every node reads it: {events:?}");
    }
}

/// A node that has made a key which is not stored reads what another node has sealed in the meantime.
#[tokio::test]
async fn a_key_that_was_never_stored_is_not_used_to_open() {
    let database = TestDatabase::new().await;
    let first = Node::open(database.pool()).await;
    let tight = AppenderLimits { batch_bytes: 1, ..AppenderLimits::default() };
    let late = Node::open_with(database.pool(), tight, Arc::new(SystemClock)).await;
    let late = Node { workspace: first.workspace, ..late };
    let id = SystemIds.next_id();

    let refused = late.executor.execute::<Consultation>(late.envelope(id, open(None, "too large"))).await;
    assert!(matches!(refused, Err(CommandError::Append(AppendError::TooLarge { .. }))), "{refused:?}");
    first.executor.execute::<Consultation>(first.envelope(id, open(None, "opened once"))).await.unwrap();

    let stream = StreamId::new(StreamType::Consultation, id);
    let events = late.store.read_stream(late.workspace, stream, StreamVersion::NONE, 10).await.unwrap();
    assert!(format!("{events:?}").contains("opened once"), "{events:?}");
}
