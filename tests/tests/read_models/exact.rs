//! Every read model is what its rebuild is, also after an erasure, and holds no erased word.

use ledgerdesk_domain::{
    client::{Client, ClientCommand, ClientKind, ContactKind, ErasePerson, NewContact, RegisterClient},
    consultation::{
        Assign, CallDirection, CallOutcome, ChangeDetails, Channel, ConsultationCommand as C, LogCall,
        OpenConsultation, Party, ReceiveMessage, RequestHandover,
    },
    id::{ClientId, ConsultationId, ManagerId, PersonId},
};
use ledgerdesk_infrastructure::command::Envelope;
use ledgerdesk_projections::{consultation_list::ids_of_client, registry};
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Desk, at, client_id, new_id, open, opening};

const SECRET: &str = "Zaphod";

pub(crate) fn register() -> ClientCommand {
    ClientCommand::RegisterClient(RegisterClient {
        kind: ClientKind::Person,
        name: SECRET.to_owned(),
        company: Some(format!("{SECRET} Ltd")),
        contacts: vec![NewContact { kind: ContactKind::Email, value: format!("{SECRET}@example.org") }],
        language: None,
        references: Vec::new(),
    })
}

/// A consultation opened by somebody unknown who says a lot and turns out to be the client.
async fn tell(desk: &Desk, client: Uuid) {
    let consultation = new_id();
    let said = || format!("{SECRET} said so");
    let opening = OpenConsultation { description: Some(said()), ..opening(SECRET) };
    desk.client(client, register()).await;
    desk.consultation(consultation, at(0), open(opening)).await;
    for command in [
        C::ReceiveMessage(ReceiveMessage {
            message_id: new_id().into(),
            channel: Channel::Email,
            text: said(),
            attachments: Vec::new(),
            in_reply_to: None,
        }),
        C::ChangeDetails(ChangeDetails {
            topic: None,
            description: None,
            client_id: Some(ClientId(client)),
            language: None,
            catalog: None,
        }),
        C::RequestHandover(RequestHandover {
            handover_id: new_id().into(),
            requested_by: Party::Bot,
            reason: Some(said()),
            to_team: None,
            to_manager: None,
        }),
        C::Assign(Assign { assignee: Some(ManagerId(new_id())), team: None, reason: Some(said()) }),
        C::LogCall(LogCall {
            call_id: new_id().into(),
            direction: CallDirection::Inbound,
            outcome: CallOutcome::Answered,
            started_at: at(5),
            wait_seconds: None,
            duration_seconds: Some(60),
            manager_id: None,
            phone: Some(format!("{SECRET}'s number")),
            recording: None,
            redate_id: None,
        }),
    ] {
        desk.consultation(consultation, at(1), command).await;
    }
}

async fn erase(desk: &Desk, client: Uuid) {
    let opened = ids_of_client(desk.database.pool(), desk.node.workspace, ClientId(client)).await.unwrap();
    let persons: Vec<PersonId> =
        [PersonId(client)].into_iter().chain(opened.into_iter().map(PersonId::from)).collect();
    assert_eq!(persons.len(), 2);
    let command = ClientCommand::ErasePerson(ErasePerson { persons: persons.clone() });
    let envelope = Envelope { erase: persons, ..desk.node.envelope(client, command) };
    desk.node.executor.execute::<Client>(envelope).await.expect("the client is erased");
}

async fn table(desk: &Desk, name: &str) -> Value {
    let sql = format!("select coalesce(jsonb_agg(t), '[]') from read.{name} t");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(desk.database.pool()).await.unwrap()
}

#[tokio::test]
async fn every_read_model_equals_its_rebuild_before_and_after_an_erasure() {
    let desk = Desk::open().await;
    let client = new_id();
    tell(&desk, client).await;
    desk.settled().await;
    for definition in registry().definitions() {
        let comparison = desk.read_side.equals_rebuild(definition.name, |_| {}).await.unwrap();
        assert!(comparison.is_equal(), "{}: {comparison:?}", definition.name);
        let rows = table(&desk, definition.name).await;
        if !definition.personal.is_empty() && !["redates", "ratings", "managers"].contains(&definition.name) {
            assert!(rows.to_string().contains(SECRET), "{} holds nothing to erase", definition.name);
        }
    }
    let counts = format!(
        "{{ client(id: {:?}) {{ consultationCount openConsultationCount lastContactAt }} }}",
        client_id(client)
    );
    let before = desk.ask(&counts).await;

    erase(&desk, client).await;
    desk.settled().await;
    for definition in registry().definitions() {
        let comparison = desk.read_side.equals_rebuild(definition.name, |_| {}).await.unwrap();
        assert!(comparison.is_equal(), "{}: {comparison:?}", definition.name);
        let rows = table(&desk, definition.name).await;
        assert!(!rows.to_string().contains(SECRET), "{}: {rows}", definition.name);
    }
    assert_eq!(desk.ask(&counts).await, before);
    let log = desk.ask("{ events(first: 100) { nodes { data } } }").await;
    assert!(!log.to_string().contains(SECRET));
    desk.close().await;
}

#[tokio::test]
async fn a_consultation_of_another_client_keeps_its_words() {
    let desk = Desk::open().await;
    let (anna, boris, consultation) = (new_id(), new_id(), new_id());
    desk.client(anna, register()).await;
    let opening = OpenConsultation { client_id: Some(ClientId(anna)), ..opening("Printer") };
    desk.consultation(consultation, at(0), open(opening)).await;
    let moved = ChangeDetails {
        topic: None,
        description: None,
        client_id: Some(ClientId(boris)),
        language: None,
        catalog: None,
    };
    desk.consultation(consultation, at(1), C::ChangeDetails(moved)).await;
    desk.settled().await;
    let persons = vec![PersonId(anna)];
    let command = ClientCommand::ErasePerson(ErasePerson { persons: persons.clone() });
    let envelope = Envelope { erase: persons, ..desk.node.envelope(anna, command) };
    desk.node.executor.execute::<Client>(envelope).await.expect("the client is erased");
    desk.settled().await;
    let row = desk.ask("{ consultations { nodes { topic } } }").await;
    assert_eq!(row["consultations"]["nodes"][0]["topic"], "Printer");
    let comparison = desk.read_side.equals_rebuild("consultation_list", |_| {}).await.unwrap();
    assert!(comparison.is_equal(), "{comparison:?}");
    let ids = ids_of_client(desk.database.pool(), desk.node.workspace, ClientId(boris)).await.unwrap();
    assert_eq!(ids, [ConsultationId(consultation)]);
    desk.close().await;
}
