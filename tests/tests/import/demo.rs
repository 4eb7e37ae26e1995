//! The demo in a real log.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    event::Event,
    stream::{ExpectedVersion, Position},
    workspace::{CreateWorkspace, Workspace, WorkspaceCommand},
};
use ledgerdesk_infrastructure::{
    clock::{SystemClock, SystemIds},
    demo::{LiveSettings, SeedSettings, live, questionnaire, seed},
    event_store::verify,
    import::Silent,
};
use ledgerdesk_tests::{TestDatabase, node::Node, wait_until};
use tokio_util::sync::CancellationToken;

use crate::support::counts;

fn settings(node: &Node) -> SeedSettings {
    let now: DateTime<Utc> = "2024-06-14T12:00:00Z".parse().unwrap();
    SeedSettings { workspace_id: node.workspace, seed: 1, now, count: 200 }
}

#[tokio::test]
async fn the_demo_is_written_once_whenever_it_is_asked_for() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let first = seed(&node.store, settings(&node), &Silent).await.unwrap();
    assert_eq!((first.consultations, first.people, first.skipped), (200, 374, 0));
    let before = counts(&database).await;
    assert_eq!(before, (i64::try_from(first.events).unwrap(), 200));

    let later = SeedSettings { now: settings(&node).now + TimeDelta::days(1), ..settings(&node) };
    let second = seed(&node.store, later, &Silent).await.unwrap();
    assert_eq!((second.events, second.skipped), (0, 574));
    assert_eq!(counts(&database).await, before);
    let verification = verify(database.pool(), |_, _| {}).await.unwrap();
    assert!(verification.finding.is_none(), "{:?}", verification.finding);
}

#[tokio::test]
async fn live_traffic_goes_on_until_it_is_stopped() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    seed(&node.store, SeedSettings { count: 0, ..settings(&node) }, &Silent).await.unwrap();
    let (before, _) = counts(&database).await;
    let stop = CancellationToken::new();
    let traffic = {
        let (executor, stop) = (node.executor.clone(), stop.clone());
        let settings = LiveSettings {
            workspace_id: node.workspace,
            seed: 1,
            rate: 500.0,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
        };
        tokio::spawn(async move { live(&executor, settings, stop).await })
    };
    let stored = async || counts(&database).await.0 - before;
    wait_until("a few hundred events happened", async || stored().await >= 300).await;
    stop.cancel();
    let executed = traffic.await.unwrap().unwrap();
    assert!(executed >= 100, "{executed} commands");
    let events = node.store.read(Position(before), 1_000).await.unwrap();
    let opened =
        |event: &Event| matches!(event, Event::Consultation(ConsultationEvent::ConsultationOpened(_)));
    assert!(events.iter().filter(|recorded| opened(&recorded.event)).count() > 5);
    let late = |recorded: &ledgerdesk_domain::event::Recorded| {
        (recorded.recorded_at - recorded.occurred_at).abs() > TimeDelta::seconds(10)
    };
    assert!(!events.iter().any(|recorded| late(recorded)), "it happens now");
}

#[tokio::test]
async fn the_workspace_takes_the_demos_questionnaire() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let create = CreateWorkspace {
        name: "Demo".to_owned(),
        language: "ru".to_owned(),
        time_zone: "Europe/Moscow".to_owned(),
    };
    let commands =
        [WorkspaceCommand::CreateWorkspace(create), WorkspaceCommand::PublishQuestionnaire(questionnaire())];
    for command in commands {
        let mut envelope = node.envelope(node.workspace.uuid(), command);
        envelope.expected_version = ExpectedVersion::Any;
        assert_eq!(node.executor.execute::<Workspace>(envelope).await.unwrap().appended, 1);
    }
}
