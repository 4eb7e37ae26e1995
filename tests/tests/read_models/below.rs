//! Lists below rows: the same pages as the lists of the root give, at the same cost for any number of parents.

use ledgerdesk_domain::{
    consultation::{
        Assign, CallDirection, CallOutcome, Channel, ConsultationCommand as C, LogCall, OpenConsultation,
        ReceiveMessage,
    },
    id::{ClientId, ManagerId},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Desk, at, client_id, field, manager_id, new_id, open, opening};

/// A client with three consultations that a manager holds, the second of which has five messages and a call.
async fn fill(desk: &Desk) -> (Uuid, Uuid) {
    let (client, manager) = (new_id(), new_id());
    for number in 0..3 {
        let id = new_id();
        let opening = OpenConsultation { client_id: Some(ClientId(client)), ..opening(&number.to_string()) };
        desk.consultation(id, at(number), open(opening)).await;
        let assign = Assign { assignee: Some(ManagerId(manager)), team: None, reason: None };
        desk.consultation(id, at(10 + number), C::Assign(assign)).await;
        if number == 1 {
            for message in 0..5 {
                let received = ReceiveMessage {
                    message_id: new_id().into(),
                    channel: if message == 3 { Channel::Email } else { Channel::Site },
                    text: message.to_string(),
                    attachments: Vec::new(),
                    in_reply_to: None,
                };
                desk.consultation(id, at(20 + message), C::ReceiveMessage(received)).await;
            }
            let call = LogCall {
                call_id: new_id().into(),
                direction: CallDirection::Outbound,
                outcome: CallOutcome::Busy,
                started_at: at(5),
                wait_seconds: None,
                duration_seconds: None,
                manager_id: Some(ManagerId(manager)),
                phone: None,
                recording: None,
                redate_id: None,
            };
            desk.consultation(id, at(30), C::LogCall(call)).await;
        }
    }
    desk.settled().await;
    (client, manager)
}

async fn messages(desk: &Desk, arguments: &str) -> Value {
    let query = format!(
        "{{ consultations(orderBy: {{ field: OPENED_AT, direction: ASC }}) {{ nodes {{ messages{arguments} {{
            nodes {{ text }} totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }} }}"
    );
    desk.ask(&query).await["consultations"]["nodes"].take()
}

#[tokio::test]
async fn a_conversation_is_read_page_by_page_from_both_ends() {
    let desk = Desk::open().await;
    fill(&desk).await;
    let all = messages(&desk, "").await;
    assert_eq!(field(&all[1]["messages"], "text"), ["0", "1", "2", "3", "4"]);
    assert_eq!(all[0]["messages"]["totalCount"], 0);
    assert_eq!(all[0]["messages"]["pageInfo"]["hasNextPage"], false);
    let latest = messages(&desk, "(last: 2)").await[1]["messages"].take();
    assert_eq!((field(&latest, "text"), &latest["totalCount"]), (vec!["3".into(), "4".into()], &json!(5)));
    assert_eq!(latest["pageInfo"]["hasPreviousPage"], true);
    let before = format!("(last: 2, before: {})", latest["pageInfo"]["startCursor"]);
    assert_eq!(field(&messages(&desk, &before).await[1]["messages"], "text"), ["1", "2"]);
    let after = format!("(first: 10, after: {})", latest["pageInfo"]["startCursor"]);
    assert_eq!(field(&messages(&desk, &after).await[1]["messages"], "text"), ["4"]);
    let by_mail = messages(&desk, "(filter: { channel: [EMAIL] })").await[1]["messages"].take();
    assert_eq!((field(&by_mail, "text"), &by_mail["totalCount"]), (vec!["3".to_owned()], &json!(1)));
    desk.close().await;
}

#[tokio::test]
async fn people_show_their_work() {
    let desk = Desk::open().await;
    let (client, manager) = fill(&desk).await;
    let query = format!(
        "{{ client(id: {:?}) {{ consultations(orderBy: {{ field: OPENED_AT }}, first: 2) {{
              totalCount nodes {{ topic }} }} }}
           manager(id: {:?}) {{
              consultations(filter: {{ where: {{ messageCount: {{ eq: 0 }} }} }}) {{ nodes {{ topic }} }}
              calls {{ nodes {{ outcome consultation {{ topic }} }} }}
              handovers {{ totalCount }} redates {{ totalCount }} ratings {{ nodes {{ score }} }} }} }}",
        client_id(client),
        manager_id(manager)
    );
    let shown = desk.ask(&query).await;
    assert_eq!(field(&shown["client"]["consultations"], "topic"), ["2", "1"]);
    assert_eq!(shown["client"]["consultations"]["totalCount"], 3);
    assert_eq!(
        shown["manager"],
        json!({
            "consultations": { "nodes": [{ "topic": "2" }, { "topic": "0" }] },
            "calls": { "nodes": [{ "outcome": "BUSY", "consultation": { "topic": "1" } }] },
            "handovers": { "totalCount": 0 }, "redates": { "totalCount": 0 }, "ratings": { "nodes": [] },
        })
    );
    desk.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused_below_a_row_too() {
    let desk = Desk::open().await;
    let (_, manager) = fill(&desk).await;
    let cursor = desk.ask("{ calls { edges { cursor } } }").await["calls"]["edges"][0]["cursor"].to_string();
    for arguments in [
        format!("(after: {cursor}, filter: {{ outcome: [BUSY] }})"),
        format!("(after: {cursor}, first: 1, last: 1)"),
        "(first: 0)".to_owned(),
        "(last: 101)".to_owned(),
    ] {
        let query = format!(
            "{{ manager(id: {:?}) {{ calls{arguments} {{ nodes {{ id }} }} }} }}",
            manager_id(manager)
        );
        assert_eq!(desk.codes(&query).await, ["BAD_USER_INPUT"], "{arguments}");
    }
    desk.close().await;
}
