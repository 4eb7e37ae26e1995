//! The log as it was: up to a position, up to a time, and what had been recorded by then.

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::{ChangePriority, Consultation, ConsultationCommand, Priority},
    stream::{Position, StreamId},
};
use ledgerdesk_infrastructure::{
    clock::{Clock as _, SystemClock},
    command::Envelope,
    event_store::Until,
};
use ledgerdesk_tests::{TestDatabase, node::Node};

async fn raise(node: &Node, stream: StreamId, priority: Priority, at: DateTime<Utc>) -> Position {
    let command = ConsultationCommand::ChangePriority(ChangePriority { priority });
    let envelope = Envelope { occurred_at: Some(at), ..node.envelope(stream.id, command) };
    node.executor.execute::<Consultation>(envelope).await.unwrap().position
}

#[tokio::test]
async fn streams_are_read_together_up_to_a_position_and_a_time() {
    let database = TestDatabase::new().await;
    let (ours, theirs) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    let [one, other] =
        [ours.open_consultation(None, "one").await, ours.open_consultation(None, "other").await];
    let foreign = theirs.open_consultation(None, "theirs").await;
    let now = SystemClock.now();
    let early = raise(&ours, one.stream, Priority::High, now - TimeDelta::hours(2)).await;
    let late = raise(&ours, one.stream, Priority::Low, now - TimeDelta::hours(1)).await;
    raise(&ours, other.stream, Priority::Urgent, now).await;
    let streams = [other.stream, foreign.stream, one.stream];
    let read = |position, happened, each| {
        let (store, workspace) = (&ours.store, ours.workspace);
        async move {
            let events =
                store.read_streams(workspace, &streams, Until { position, happened }, each).await.unwrap();
            let seen = events.iter().map(|event| (event.stream.id, event.version.0));
            seen.collect::<Vec<_>>()
        }
    };
    let (one, other) = (one.stream.id, other.stream.id);
    let all = [(other, 1), (other, 2), (one, 1), (one, 2), (one, 3)];
    assert_eq!(read(Position(100), None, 10).await, all);
    assert_eq!(read(Position(100), None, 2).await, all[..4]);
    assert_eq!(read(early, None, 10).await, [(other, 1), (one, 1), (one, 2)]);
    let before = Some(now - TimeDelta::minutes(90));
    assert_eq!(read(late, before, 10).await, [(one, 2)]);
    assert!(
        ours.store
            .read_streams(ours.workspace, &[], Until { position: late, happened: None }, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_time_is_the_last_position_that_was_recorded_by_then() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    assert_eq!(node.store.recorded_by(SystemClock.now()).await.unwrap(), Position(0));
    for _ in 0..11 {
        node.open_consultation(None, "one of many").await;
    }
    let times: Vec<(i64, DateTime<Utc>)> =
        sqlx::query_as("select position, recorded_at from ledgerdesk.events order by position")
            .fetch_all(database.pool())
            .await
            .unwrap();
    let tick = TimeDelta::microseconds(1);
    for (_, time) in &times {
        for moment in [*time - tick, *time, *time + tick] {
            let last = times.iter().rfind(|(_, recorded)| *recorded <= moment).map_or(0, |(last, _)| *last);
            assert_eq!(node.store.recorded_by(moment).await.unwrap(), Position(last));
        }
    }
}
