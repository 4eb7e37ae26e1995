//! Each filter keeps what it asks for and nothing else.

use ledgerdesk_domain::{
    client::{ClientCommand, ClientKind, ContactKind, NewContact, RegisterClient},
    consultation::{
        Assign, Channel, ConsultationCommand as C, Merge, OpenConsultation, Party, Priority, RequestHandover,
        Resolve,
    },
    id::{ClientId, ConsultationId, ManagerId},
    manager::{ManagerCommand, RegisterManager},
};
use uuid::Uuid;

use crate::support::{Desk, at, client_id, field, manager_id, new_id, open, opening};

async fn topics(desk: &Desk, filter: &str) -> Vec<String> {
    let query = format!(
        "{{ consultations(filter: {filter}, orderBy: {{ field: OPENED_AT, direction: ASC }}) \
         {{ nodes {{ topic }} totalCount }} }}"
    );
    let found = desk.ask(&query).await["consultations"].take();
    let topics = field(&found, "topic");
    assert_eq!(found["totalCount"], topics.len(), "{filter}");
    topics
}

struct Filled {
    olga: Uuid,
    anna: Uuid,
}

/// Four consultations, a minute apart: urgent by mail, assigned; tagged of a client; resolved; merged.
async fn fill(desk: &Desk) -> Filled {
    let (olga, anna) = (new_id(), new_id());
    let [urgent, tagged, resolved, merged] = [new_id(), new_id(), new_id(), new_id()];
    let urgent_opening =
        OpenConsultation { priority: Priority::Urgent, channel: Channel::Email, ..opening("urgent") };
    desk.consultation(urgent, at(0), open(urgent_opening)).await;
    let assign = Assign { assignee: Some(ManagerId(olga)), team: Some("second".to_owned()), reason: None };
    desk.consultation(urgent, at(10), C::Assign(assign)).await;
    let tagged_opening = OpenConsultation {
        client_id: Some(ClientId(anna)),
        tags: vec!["vip".to_owned(), "printer".to_owned()],
        team: Some("first".to_owned()),
        ..opening("tagged")
    };
    desk.consultation(tagged, at(1), open(tagged_opening)).await;
    let handover = RequestHandover {
        handover_id: new_id().into(),
        requested_by: Party::Bot,
        reason: None,
        to_team: None,
        to_manager: None,
    };
    desk.consultation(tagged, at(11), C::RequestHandover(handover)).await;
    desk.consultation(resolved, at(2), open(opening("resolved"))).await;
    desk.consultation(resolved, at(12), C::Resolve(Resolve { resolution: None, code: None })).await;
    desk.consultation(merged, at(3), open(opening("merged"))).await;
    let merge = Merge { consultation_id: ConsultationId(merged), into: ConsultationId(resolved) };
    desk.consultation(merged, at(13), C::Merge(merge)).await;
    desk.settled().await;
    Filled { olga, anna }
}

#[tokio::test]
async fn consultations_are_narrowed_by_each_field_and_by_all_together() {
    let desk = Desk::open().await;
    let Filled { olga, anna } = fill(&desk).await;
    let (olga, anna) = (manager_id(olga), client_id(anna));
    for (filter, expected) in [
        ("{}".to_owned(), vec!["urgent", "tagged", "resolved"]),
        ("{ includeMerged: true }".to_owned(), vec!["urgent", "tagged", "resolved", "merged"]),
        ("{ status: [RESOLVED, CLOSED] }".to_owned(), vec!["resolved"]),
        ("{ priority: [URGENT] }".to_owned(), vec!["urgent"]),
        ("{ channel: [EMAIL, TELEGRAM] }".to_owned(), vec!["urgent"]),
        (format!("{{ assignee: [\"{olga}\"] }}"), vec!["urgent"]),
        ("{ unassigned: true }".to_owned(), vec!["tagged", "resolved"]),
        ("{ unassigned: false }".to_owned(), vec!["urgent"]),
        ("{ team: [\"first\", \"second\"] }".to_owned(), vec!["urgent", "tagged"]),
        (format!("{{ client: [\"{anna}\"] }}"), vec!["tagged"]),
        ("{ tags: [\"printer\", \"vip\"] }".to_owned(), vec!["tagged"]),
        ("{ tags: [\"printer\", \"other\"] }".to_owned(), vec![]),
        ("{ hasOpenHandover: true }".to_owned(), vec!["tagged"]),
        ("{ hasOpenHandover: false }".to_owned(), vec!["urgent", "resolved"]),
        (
            "{ opened: { from: \"2026-01-01T00:01:00Z\", before: \"2026-01-01T00:02:00Z\" } }".to_owned(),
            vec!["tagged"],
        ),
        ("{ updated: { from: \"2026-01-01T00:12:00Z\" } }".to_owned(), vec!["resolved"]),
        ("{ priority: [URGENT], status: [RESOLVED] }".to_owned(), vec![]),
    ] {
        assert_eq!(topics(&desk, &filter).await, expected, "{filter}");
    }
    desk.close().await;
}

#[tokio::test]
async fn every_status_is_counted_and_merged_consultations_are_not() {
    let desk = Desk::open().await;
    fill(&desk).await;
    let counts = desk.ask("{ consultationCounts { status count } }").await["consultationCounts"].take();
    let counts: Vec<_> =
        counts.as_array().unwrap().iter().map(|count| count["count"].as_i64().unwrap()).collect();
    assert_eq!(counts, [2, 0, 0, 0, 1, 0, 0]);
    desk.close().await;
}

#[tokio::test]
async fn search_finds_inflected_words_in_both_languages_in_topic_and_description() {
    let desk = Desk::open().await;
    let described = OpenConsultation {
        description: Some("Сломался принтер в бухгалтерии".to_owned()),
        ..opening("help")
    };
    desk.consultation(new_id(), at(0), open(described)).await;
    desk.consultation(new_id(), at(1), open(opening("Не приходят счета на оплату"))).await;
    desk.consultation(new_id(), at(2), open(opening("Printers are broken"))).await;
    desk.settled().await;
    for (text, expected) in [
        ("принтеры", vec!["help"]),
        ("счёт", vec!["Не приходят счета на оплату"]),
        ("оплата счетов", vec!["Не приходят счета на оплату"]),
        ("printer", vec!["Printers are broken"]),
        ("printer -broken", vec![]),
        ("принтер or printer", vec!["Printers are broken", "help"]),
        ("& | ! ( '", vec![]),
    ] {
        let query = format!("{{ searchConsultations(text: {text:?}) {{ nodes {{ topic }} totalCount }} }}");
        let found = desk.ask(&query).await["searchConsultations"].take();
        assert_eq!(field(&found, "topic"), expected, "{text}");
    }
    desk.close().await;
}

#[tokio::test]
async fn clients_are_found_by_name_contact_and_work() {
    let desk = Desk::open().await;
    for (name, phone) in [("Анна Петрова", "+79990000001"), ("Boris", "+79990000002")] {
        let register = RegisterClient {
            kind: ClientKind::Person,
            name: name.to_owned(),
            company: Some(format!("{name} & Co")),
            contacts: vec![NewContact { kind: ContactKind::Phone, value: phone.to_owned() }],
            language: None,
            references: Vec::new(),
        };
        let id = new_id();
        desk.client(id, ClientCommand::RegisterClient(register)).await;
        if name == "Boris" {
            let opening = OpenConsultation { client_id: Some(ClientId(id)), ..opening("his") };
            desk.consultation(new_id(), at(1), open(opening)).await;
        }
    }
    desk.settled().await;
    for (filter, expected) in [
        ("{ name: \"петрова\" }", vec!["Анна Петрова"]),
        ("{ contact: \"+79990000002\" }", vec!["Boris"]),
        ("{ contact: \"+7999\" }", vec![]),
        ("{ hasOpen: true }", vec!["Boris"]),
        ("{ hasOpen: false, kind: PERSON }", vec!["Анна Петрова"]),
        ("{ kind: ORGANISATION }", vec![]),
        ("{ erased: true }", vec![]),
    ] {
        let found = desk.ask(&format!("{{ clients(filter: {filter}) {{ nodes {{ name }} }} }}")).await;
        assert_eq!(field(&found["clients"], "name"), expected, "{filter}");
    }
    desk.close().await;
}

#[tokio::test]
async fn managers_are_found_by_team_skill_and_room() {
    let desk = Desk::open().await;
    for (name, team, capacity) in [("Olga", "first", 1), ("Pyotr", "second", 5)] {
        let register = RegisterManager {
            name: name.to_owned(),
            email: None,
            team: Some(team.to_owned()),
            skills: vec![team.to_owned(), "printers".to_owned()],
            capacity,
            references: Vec::new(),
        };
        let id = new_id();
        desk.manager(id, ManagerCommand::RegisterManager(register)).await;
        let consultation = new_id();
        desk.consultation(consultation, at(1), open(opening("work"))).await;
        let assign = Assign { assignee: Some(ManagerId(id)), team: None, reason: None };
        desk.consultation(consultation, at(2), C::Assign(assign)).await;
    }
    desk.settled().await;
    for (filter, expected) in [
        ("{ team: [\"first\"] }", vec!["Olga"]),
        ("{ skills: [\"printers\", \"second\"] }", vec!["Pyotr"]),
        ("{ hasRoom: true }", vec!["Pyotr"]),
        ("{ hasRoom: false }", vec!["Olga"]),
        ("{ active: false }", vec![]),
        ("{ availability: [ONLINE] }", vec![]),
    ] {
        let query = format!("{{ managers(filter: {filter}) {{ nodes {{ name openConsultationCount }} }} }}");
        assert_eq!(field(&desk.ask(&query).await["managers"], "name"), expected, "{filter}");
    }
    desk.close().await;
}
