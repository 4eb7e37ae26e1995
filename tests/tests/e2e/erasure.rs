//! An erased person is nowhere: no table, no log line, no answer; and every count and duration stays.

use std::collections::BTreeMap;

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, Server, done},
    socket::Socket,
};
use rustix::process::Signal;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::support::wait_for_read_models;

const NAME: &str = "Евлампия Стираемая";
const COMPANY: &str = "Запотеевск-Сталь";
const PHONE: &str = "+79995554433";
const EMAIL: &str = "evlampia@zapoteevsk.example";
const WORDS: &str = "Секретный вопрос про колибри";

/// What must not be found: the texts, and the stems that a search index makes of them.
const TRACES: [&str; 10] =
    [NAME, COMPANY, PHONE, "9995554433", EMAIL, WORDS, "евламп", "запотеевск", "колибр", "секретн"];

/// Everything that the API shows of the story.
const SHOWN: &str = "query($id: ID!, $client: ID!, $min: Position) {
    consultation(id: $id, minPosition: $min) {
        topic status detail { description resolution } client { name company contacts { value } }
        history(last: 100) { nodes { text details } } messages { nodes { text attachments { name } } }
        calls { nodes { phone outcome } } handovers { nodes { reason state } } redates { nodes { reason } }
        ratings { nodes { answers { score comment } } }
    }
    client(id: $client, minPosition: $min) { name company contacts { value } }
    clients(first: 10) { nodes { name } }
    events(after: \"0\", first: 100) { nodes { type data } }
}";

/// A client and everything that can be said about one; the ids of consultation and client.
async fn live_through(server: &Server) -> (Value, Value) {
    let contacts = json!([{ "kind": "PHONE", "value": PHONE }, { "kind": "EMAIL", "value": EMAIL }]);
    let client = json!({ "kind": "PERSON", "name": NAME, "company": COMPANY, "contacts": contacts });
    let client = server.mutate("registerClient", client).await["createdId"].clone();
    let manager = json!({ "name": "Анна Менеджер", "capacity": 5 });
    let manager = server.mutate("registerManager", manager).await["createdId"].clone();
    let about = format!("{WORDS}: {NAME}, {PHONE}");
    let opening = json!({ "topic": about, "description": about, "channel": "SITE", "clientId": client });
    let id = server.mutate("openConsultation", opening).await["createdId"].clone();
    let on = |mut input: Value| {
        input["consultationId"] = id.clone();
        input
    };
    let attachments = json!([{ "name": format!("{NAME}.pdf"), "contentType": "application/pdf", "size": 1, "url": "s3://1" }]);
    let message = json!({ "channel": "SITE", "text": about, "attachments": attachments });
    server.mutate("receiveMessage", on(message)).await;
    server.mutate("addNote", on(json!({ "text": about }))).await;
    let handover =
        server.mutate("requestHandover", on(json!({ "reason": about }))).await["createdId"].clone();
    let taken = json!({ "handoverId": handover, "managerId": manager });
    server.mutate("acceptHandover", on(taken)).await;
    let author = json!({ "kind": "MANAGER", "id": manager });
    let answer = json!({ "channel": "SITE", "text": format!("Здравствуйте, {NAME}"), "author": author });
    server.mutate("sendMessage", on(answer)).await;
    server.mutate("putOnHold", on(json!({ "reason": about }))).await;
    server.mutate("resumeConsultation", on(json!({}))).await;
    server.mutate("appointConsultation", on(json!({ "appointedFor": "2030-01-02T10:00:00Z" }))).await;
    let moved = json!({ "to": "2030-01-03T10:00:00Z", "reason": about });
    server.mutate("redateConsultation", on(moved)).await;
    let call = json!({
        "direction": "INBOUND", "outcome": "ANSWERED", "startedAt": "2024-01-02T10:00:00Z",
        "durationSeconds": 77, "phone": PHONE,
    });
    server.mutate("logCall", on(call)).await;
    server.mutate("resolveConsultation", on(json!({ "resolution": about }))).await;
    let answers = json!([{ "question": "overall", "score": 4, "comment": about }]);
    let rating = json!({ "questionnaire": "service", "questionnaireVersion": 1, "answers": answers });
    server.mutate("submitRating", on(rating)).await;
    (id, client)
}

/// Which traces stand in clear in which tables. Rows are searched as text, in which bytes are hexadecimal digits.
async fn traces(database: &TestDatabase) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables \
         where schemaname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    let mut owner = database.owner().await;
    let mut found = Vec::new();
    for table in tables {
        for trace in TRACES {
            let holds: bool = sqlx::query_scalar(AssertSqlSafe(format!(
                "select exists (select from {table} t where strpos(lower(t::text), lower($1)) > 0 \
                 or strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0)"
            )))
            .bind(trace)
            .fetch_one(&mut owner)
            .await
            .unwrap();
            if holds {
                found.push(format!("{trace} in {table}"));
            }
        }
    }
    found
}

/// Everything that is counted or timed.
async fn numbers(database: &TestDatabase) -> BTreeMap<String, Option<String>> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "select 'status ' || status, count(*)::text from read.consultation_list group by status
         union all select 'to first response', sum(first_response_at - opened_at)::text from read.consultation_list
         union all select 'to resolution', sum(resolved_at - opened_at)::text from read.consultation_list
         union all select 'messages', count(*)::text from read.messages
         union all select 'history', count(*)::text from read.history
         union all select 'redates', count(*)::text from read.redates
         union all select 'calls', count(*)::text from read.calls
         union all select 'seconds talked', sum(duration_seconds)::text from read.calls
         union all select 'handovers', count(*)::text from read.handovers
         union all select 'handling', sum(resolved_at - requested_at)::text from read.handovers
         union all select 'ratings', count(*)::text from read.ratings
         union all select 'score', sum(score)::text from read.ratings
         union all select 'clients', count(*)::text from read.clients
         union all select 'of clients', sum(consultation_count)::text from read.clients",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    rows.into_iter().collect()
}

/// Erases the client by `erase` and looks for what is left of them.
async fn erased(erase: impl AsyncFnOnce(&Server, &TestDatabase, Value)) {
    let database = TestDatabase::new().await;
    let mut server = Server::start(&database.url());
    let (id, client) = live_through(&server).await;
    let ask = async |server: &Server| {
        let min = server.head().await;
        server.query(SHOWN, json!({ "id": id, "client": client, "min": min })).await.to_string()
    };
    let before = ask(&server).await;
    for text in [NAME, COMPANY, PHONE, EMAIL, WORDS] {
        assert!(before.contains(text), "{text} is not shown even before: {before}");
    }
    wait_for_read_models(&database).await;
    let counted = numbers(&database).await;
    // What is looked for can be found: the same look before the erasure is not empty.
    assert!(traces(&database).await.iter().any(|found| found.contains("read.")));

    erase(&server, &database, client.clone()).await;
    wait_for_read_models(&database).await;
    let after = ask(&server).await.to_lowercase();
    let search = "query($text: String!) { searchConsultations(text: $text) { nodes { id } } }";
    for trace in TRACES {
        assert!(!after.contains(&trace.to_lowercase()), "{trace} in an answer: {after}");
        assert!(!server.log().to_lowercase().contains(&trace.to_lowercase()), "{trace} in a log line");
        let hits = server.query(search, json!({ "text": trace })).await;
        assert_eq!(hits["searchConsultations"]["nodes"], json!([]), "search finds {trace}");
    }
    assert_eq!(traces(&database).await, Vec::<String>::new());
    assert_eq!(numbers(&database).await, counted, "all counts and durations stay");
    assert_nothing_is_delivered(&server).await;
    let refused = json!({ "topic": "again", "channel": "SITE", "clientId": client });
    assert_eq!(server.refusal("openConsultation", refused).await.0, "person_erased");

    assert_eq!(server.stop(Signal::TERM), Some(0));
    done(&database.url(), &["log", "verify"]);
    done(&database.url(), &["projections", "check", "--all"]);
    for projection in ["consultation_list", "clients", "messages", "history"] {
        done(&database.url(), &["projections", "rebuild", projection]);
    }
    assert_eq!(traces(&database).await, Vec::<String>::new(), "a rebuild brings nothing back");
    assert_eq!(numbers(&database).await, counted);
}

/// A subscriber who starts from the beginning reads the same history without the person.
async fn assert_nothing_is_delivered(server: &Server) {
    let events = "subscription { events(after: \"0\") { type position data } }";
    let mut socket = Socket::subscribe(&server.address, OWNER_KEY, events, json!({})).await.unwrap();
    let head = server.head().await;
    loop {
        let event = socket.data().await.unwrap()["events"].take();
        for trace in TRACES {
            assert!(!event.to_string().to_lowercase().contains(&trace.to_lowercase()), "{trace} in {event}");
        }
        if event["position"] == head {
            assert_eq!(event["type"], "PersonErased");
            return;
        }
    }
}

#[tokio::test]
async fn a_client_erased_over_the_api_is_nowhere_and_every_number_stays() {
    erased(async |server, _, client| {
        server.mutate("eraseClient", json!({ "clientId": client })).await;
    })
    .await;
}

#[tokio::test]
async fn a_client_erased_from_the_command_line_beside_a_running_server_is_nowhere() {
    erased(async |_, database, client| {
        done(&database.url(), &["erase", "client", client.as_str().unwrap()]);
    })
    .await;
}
