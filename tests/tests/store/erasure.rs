//! Erasing a person destroys what they said and nothing else.

use ledgerdesk_domain::{
    client::{Client, ClientCommand, ClientEvent, ClientKind, ErasePerson, RegisterClient},
    consultation::ConsultationEvent,
    event::Event,
    id::{ClientId, PersonId},
    personal::Personal,
    stream::Position,
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemIds},
    command::{CommandError, Envelope},
    event_store::{AppendError, verify},
};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, open},
};

const NAME: &str = "Аглая Примерова";

async fn register(node: &Node) -> ClientId {
    let id = SystemIds.next_id();
    let command = ClientCommand::RegisterClient(RegisterClient {
        kind: ClientKind::Person,
        name: NAME.to_owned(),
        company: None,
        contacts: Vec::new(),
        language: None,
        references: Vec::new(),
    });
    node.executor.execute::<Client>(node.envelope(id, command)).await.unwrap();
    ClientId(id)
}

async fn erase(node: &Node, client: ClientId) {
    let persons = vec![PersonId(client.0)];
    let command = ClientCommand::ErasePerson(ErasePerson { persons: persons.clone() });
    let envelope = Envelope { erase: persons, ..node.envelope(client.0, command) };
    node.executor.execute::<Client>(envelope).await.unwrap();
}

#[tokio::test]
async fn personal_fields_are_never_stored_in_clear() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let client = register(&node).await;
    node.open_consultation(Some(client), &format!("a question of {NAME}")).await;
    let clear: i64 = sqlx::query_scalar(
        "select count(*) from ledgerdesk.events e where e::text like '%' || $1 || '%' \
         or position(convert_to($1, 'UTF8') in coalesce(sealed, '')) > 0",
    )
    .bind(NAME)
    .fetch_one(database.pool())
    .await
    .unwrap();
    assert_eq!(clear, 0);
    let read = node.store.read(Position::START, 10).await.unwrap();
    let Event::Client(ClientEvent::ClientRegistered(registered)) = &read[0].event else { panic!() };
    assert_eq!(registered.name, Personal::from(NAME));
}

#[tokio::test]
async fn after_an_erasure_nobody_reads_what_was_said_and_the_chain_holds() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let other = Node { workspace: node.workspace, ..Node::open(database.pool()).await };
    let client = register(&node).await;
    let kept = register(&node).await;
    node.open_consultation(Some(client), "mine").await;
    node.open_consultation(Some(kept), "not mine").await;
    // The other node has the keys in its cache.
    assert_eq!(other.store.read(Position::START, 10).await.unwrap().len(), 4);
    erase(&node, client).await;
    ledgerdesk_tests::wait_until("the other node learns of it", async || other.store.head().position.0 == 5)
        .await;
    for reader in [&node, &other] {
        let events = reader.store.read(Position::START, 10).await.unwrap();
        let names: Vec<_> = events
            .iter()
            .filter_map(|recorded| match &recorded.event {
                Event::Client(ClientEvent::ClientRegistered(event)) => Some(event.name.clone()),
                Event::Consultation(ConsultationEvent::ConsultationOpened(event)) => {
                    Some(event.topic.clone())
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            names,
            [Personal::Erased, Personal::from(NAME), Personal::Erased, Personal::from("not mine")]
        );
    }
    let verification = verify(database.pool(), |_, _| ()).await.unwrap();
    assert_eq!((verification.events, verification.finding), (5, None));
}

#[tokio::test]
async fn nothing_more_is_recorded_about_an_erased_person() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let client = register(&node).await;
    erase(&node, client).await;
    let envelope = node.envelope(SystemIds.next_id(), open(Some(client), "again"));
    let error =
        node.executor.execute::<ledgerdesk_domain::consultation::Consultation>(envelope).await.unwrap_err();
    assert!(matches!(error, CommandError::Append(AppendError::PersonErased)), "{error}");
}
