//! Search over topics, descriptions and messages: ranked, with the places of the words, page by page.

use ledgerdesk_domain::{
    client::{ClientCommand, ErasePerson},
    consultation::{Channel, ConsultationCommand as C, OpenConsultation, ReceiveMessage},
    id::{ClientId, PersonId},
};
use serde_json::{Value, json};

use crate::support::{Desk, at, new_id, open, opening};

fn says(text: &str) -> C {
    C::ReceiveMessage(ReceiveMessage {
        message_id: new_id().into(),
        channel: Channel::Site,
        text: text.to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

async fn search(desk: &Desk, text: &str) -> Vec<Value> {
    let query = format!(
        "{{ search(text: {text:?}) {{ nodes {{ score consultation {{ topic }}
            matches {{ field text marks {{ start end }} message {{ text }} }} }} }} }}"
    );
    let mut found = desk.ask(&query).await;
    found["search"]["nodes"].take().as_array().unwrap().clone()
}

fn topics(found: &[Value]) -> Vec<&str> {
    found.iter().map(|hit| hit["consultation"]["topic"].as_str().unwrap()).collect()
}

/// The words that the marks point at.
fn marked(found: &Value) -> Vec<String> {
    let text: Vec<char> = found["text"].as_str().unwrap().chars().collect();
    let place = |mark: &Value, end: &str| usize::try_from(mark[end].as_u64().unwrap()).unwrap();
    let marks = found["marks"].as_array().unwrap();
    marks.iter().map(|mark| text[place(mark, "start")..place(mark, "end")].iter().collect()).collect()
}

#[tokio::test]
async fn words_are_found_in_messages_too_and_their_places_are_told() {
    let desk = Desk::open().await;
    let (in_message, in_topic) = (new_id(), new_id());
    desk.consultation(in_message, at(0), open(opening("help"))).await;
    desk.consultation(
        in_message,
        at(1),
        says("Добрый день! Наши принтеры <b>не</b> печатают, printers are dead 🖨"),
    )
    .await;
    let described = OpenConsultation {
        description: Some("Сломался в бухгалтерии".to_owned()),
        ..opening("Принтер")
    };
    desk.consultation(in_topic, at(2), open(described)).await;
    desk.consultation(new_id(), at(3), open(opening("something else"))).await;
    desk.settled().await;

    let found = search(&desk, "принтер").await;
    assert_eq!(topics(&found), ["Принтер", "help"], "a topic weighs more than a message");
    assert!(found[0]["score"].as_i64() > found[1]["score"].as_i64());
    assert_eq!(found[0]["matches"][0]["field"], "TOPIC");
    let message = &found[1]["matches"][0];
    assert_eq!((&message["field"], marked(message)), (&json!("MESSAGE"), vec!["принтеры".to_owned()]));
    assert!(message["message"]["text"].as_str().unwrap().contains("<b>не</b>"));
    let english = search(&desk, "printer").await;
    assert_eq!(marked(&english[0]["matches"][0]), ["printers"]);
    let described = search(&desk, "бухгалтерия").await;
    assert_eq!(described[0]["matches"][0]["field"], "DESCRIPTION");
    for nothing in ["& | ! ( '", "the", "abcdefgh"] {
        assert_eq!(search(&desk, nothing).await, Vec::<Value>::new(), "{nothing}");
    }
    // The list looks through messages as well.
    let list = desk.ask("{ consultations(filter: { text: \"печатать\" }) { nodes { topic } } }").await;
    assert_eq!(list["consultations"]["nodes"], json!([{ "topic": "help" }]));
    desk.close().await;
}

#[tokio::test]
async fn a_search_is_read_page_by_page() {
    let desk = Desk::open().await;
    for number in 0..7 {
        let topic = format!("printer {}", "printer ".repeat(number % 3));
        desk.consultation(new_id(), at(0), open(opening(&topic))).await;
    }
    desk.settled().await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ search(text: \"printers\", first: 3{after}) {{ nodes {{ consultation {{ id }} }}
                pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = desk.ask(&query).await["search"].take();
        seen.extend(
            page["nodes"].as_array().unwrap().iter().map(|hit| hit["consultation"]["id"].to_string()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    assert_eq!(seen.len(), 7);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7, "each once");
    let other = format!("{{ search(text: \"other\", first: 3{after}) {{ nodes {{ score }} }} }}");
    assert_eq!(desk.codes(&other).await, ["BAD_USER_INPUT"]);
    assert_eq!(desk.codes("{ search(text: \" \") { nodes { score } } }").await, ["BAD_USER_INPUT"]);
    desk.close().await;
}

#[tokio::test]
async fn what_was_said_is_not_found_after_an_erasure() {
    let desk = Desk::open().await;
    let (client, consultation) = (new_id(), new_id());
    let opening = OpenConsultation { client_id: Some(ClientId(client)), ..opening("Zaphod calls") };
    desk.client(client, crate::exact::register()).await;
    desk.consultation(consultation, at(0), open(opening)).await;
    desk.consultation(consultation, at(1), says("It is Zaphod again")).await;
    desk.settled().await;
    assert_eq!(search(&desk, "zaphod").await.len(), 1);
    let envelope = ledgerdesk_infrastructure::command::Envelope {
        erase: vec![PersonId(client)],
        ..desk
            .node
            .envelope(client, ClientCommand::ErasePerson(ErasePerson { persons: vec![PersonId(client)] }))
    };
    desk.node.executor.execute::<ledgerdesk_domain::client::Client>(envelope).await.unwrap();
    desk.settled().await;
    assert_eq!(search(&desk, "zaphod").await, Vec::<Value>::new());
    let left: String = sqlx::query_scalar("select coalesce(string_agg(s::text, ' '), '') from read.search s")
        .fetch_one(desk.database.pool())
        .await
        .unwrap();
    assert!(!left.to_lowercase().contains("zaphod"), "{left}");
    desk.close().await;
}
