//! One workspace never meets another one's streams.

use ledgerdesk_domain::{
    consultation::{Consultation, ConsultationCommand, Resolve},
    decider::Rejection as _,
    stream::{Position, StreamVersion},
};
use ledgerdesk_infrastructure::command::CommandError;
use ledgerdesk_tests::{TestDatabase, node::Node};

#[tokio::test]
async fn a_command_to_another_workspaces_consultation_finds_nothing() {
    let database = TestDatabase::new().await;
    let (ours, theirs) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    let opened = theirs.open_consultation(None, "theirs").await;
    let command = ConsultationCommand::Resolve(Resolve { resolution: None, code: None });
    let error = ours.executor.execute::<Consultation>(ours.envelope(opened.stream.id, command)).await;
    let Err(CommandError::Rejected(rejection)) = error else { panic!("{error:?}") };
    assert_eq!(rejection.code(), "consultation_not_found");
    let events =
        ours.store.read_stream(ours.workspace, opened.stream, StreamVersion::NONE, 10).await.unwrap();
    assert!(events.is_empty());
    assert!(ours.store.read_workspace(ours.workspace, Position::START, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn each_workspace_has_a_chain_of_its_own() {
    let database = TestDatabase::new().await;
    let (ours, theirs) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    for _ in 0..3 {
        ours.open_consultation(None, "ours").await;
        theirs.open_consultation(None, "theirs").await;
    }
    let events = theirs.store.read_workspace(theirs.workspace, Position(2), 10).await.unwrap();
    let places: Vec<_> = events.iter().map(|event| (event.position.0, event.workspace_sequence)).collect();
    assert_eq!(places, [(4, 2), (6, 3)]);
}
