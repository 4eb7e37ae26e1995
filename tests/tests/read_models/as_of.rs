//! A consultation as it was, by time and with what was known by then; what changed; and who may see it.

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_api::graphql::caller::{Caller, Role};
use ledgerdesk_domain::{
    client::{Client, ClientCommand, ErasePerson},
    consultation::{
        AddNote, Assign, CallDirection, CallOutcome, ChangeDetails, ChangePriority, Channel,
        ConsultationCommand as C, LogCall, OpenConsultation, Party, Priority, ReceiveMessage,
    },
    id::{ClientId, ManagerId, PersonId},
};
use ledgerdesk_infrastructure::command::Envelope;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Desk, at, caller, consultation_id, data, new_id, open, opening};

fn call(minute: i64) -> C {
    C::LogCall(LogCall {
        call_id: new_id().into(),
        direction: CallDirection::Outbound,
        outcome: CallOutcome::Answered,
        started_at: at(minute),
        wait_seconds: None,
        duration_seconds: Some(60),
        manager_id: None,
        phone: None,
        recording: None,
        redate_id: None,
    })
}

fn message(text: &str) -> C {
    C::ReceiveMessage(ReceiveMessage {
        message_id: new_id().into(),
        channel: Channel::Email,
        text: text.to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

/// A consultation with a call that happened in minute 10 and was recorded after all else: the positions of its
/// opening, of the change of its priority in minute 20, and of the call.
async fn with_a_late_call(desk: &Desk) -> (Uuid, [i64; 3]) {
    let id = new_id();
    let opened = desk.consultation(id, at(0), open(opening("Printer"))).await;
    desk.consultation(id, at(5), message("hello?")).await;
    let raised = C::ChangePriority(ChangePriority { priority: Priority::High });
    let raised = desk.consultation(id, at(20), raised).await;
    let late = desk.consultation(id, at(10), call(10)).await;
    desk.settled().await;
    (id, [opened.0, raised.0, late.0])
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[tokio::test]
async fn a_time_counts_late_facts_unless_asked_what_was_known() {
    let desk = Desk::open().await;
    let (id, [_, raised, late]) = with_a_late_call(&desk).await;
    let id = consultation_id(id);
    let few = "{ priority callCount messageCount version calls { totalCount } }";
    let ask = |arguments: String| {
        let query = format!("{{ consultation(id: {id:?}, {arguments}) {few} }}");
        let desk = &desk;
        async move { desk.ask(&query).await["consultation"].take() }
    };
    let of = |priority: &str, calls: i64, messages: i64, version: i64| {
        json!({ "priority": priority, "callCount": calls, "messageCount": messages, "version": version,
                "calls": { "totalCount": calls } })
    };
    let quarter = format!("asOf: {{ time: {:?} }}", text(at(15)));
    assert_eq!(ask(quarter.clone()).await, of("NORMAL", 1, 1, 4));
    assert_eq!(ask(format!("{quarter}, asKnownAt: {{ position: {raised} }}")).await, of("NORMAL", 0, 1, 2));
    assert_eq!(ask(format!("asKnownAt: {{ position: {raised} }}")).await, of("HIGH", 0, 1, 3));
    assert_eq!(ask(format!("asOf: {{ position: {late} }}")).await, of("HIGH", 1, 1, 4));
    assert_eq!(ask(format!("asOf: {{ time: {:?} }}", text(at(10)))).await, of("NORMAL", 1, 1, 4));
    assert_eq!(ask(format!("asOf: {{ time: {:?} }}", text(at(9)))).await, of("NORMAL", 0, 1, 2));
    // The second at which the change was recorded, and the moment before.
    let recorded: DateTime<Utc> =
        sqlx::query_scalar("select recorded_at from ledgerdesk.events where position = $1")
            .bind(late)
            .fetch_one(desk.database.pool())
            .await
            .unwrap();
    assert_eq!(ask(format!("asKnownAt: {{ time: {:?} }}", text(recorded))).await, of("HIGH", 1, 1, 4));
    let before = text(recorded - chrono::TimeDelta::microseconds(1));
    assert_eq!(ask(format!("asKnownAt: {{ time: {before:?} }}")).await, of("HIGH", 0, 1, 3));
    desk.close().await;
}

#[tokio::test]
async fn a_moment_that_cannot_be_is_refused_with_a_code() {
    let desk = Desk::open().await;
    let other = new_id();
    desk.consultation(other, at(0), open(opening("first of the log"))).await;
    let (id, [opened, _, late]) = with_a_late_call(&desk).await;
    let (id, nobody) = (consultation_id(id), consultation_id(new_id()));
    let early = text(at(0) - chrono::TimeDelta::microseconds(1));
    for (arguments, code) in [
        (format!("id: {id:?}, asOf: {{ position: 0 }}"), "AS_OF_TOO_EARLY"),
        (format!("id: {id:?}, asOf: {{ position: {} }}", opened - 1), "AS_OF_TOO_EARLY"),
        (format!("id: {id:?}, asOf: {{ time: {early:?} }}"), "AS_OF_TOO_EARLY"),
        (format!("id: {id:?}, asKnownAt: {{ time: \"2001-01-01T00:00:00Z\" }}"), "AS_OF_TOO_EARLY"),
        (format!("id: {id:?}, asOf: {{ position: {} }}", late + 1), "AS_OF_AHEAD"),
        (format!("id: {id:?}, asOf: {{ time: \"2999-01-01T00:00:00Z\" }}"), "AS_OF_AHEAD"),
        (format!("id: {id:?}, asKnownAt: {{ position: {} }}", i64::MAX), "AS_OF_AHEAD"),
        (format!("id: {nobody:?}, asOf: {{ position: {late} }}"), "NOT_FOUND"),
    ] {
        assert_eq!(
            desk.codes(&format!("{{ consultation({arguments}) {{ id }} }}")).await,
            [code],
            "{arguments}"
        );
    }
    let both = format!("{{ consultation(id: {id:?}, asOf: {{ position: 1, time: {early:?} }}) {{ id }} }}");
    assert!(!desk.codes(&both).await.is_empty());
    let walled = caller(new_id().into(), Role::Owner);
    let query = format!("{{ consultation(id: {id:?}, asOf: {{ position: {late} }}) {{ id }} }}");
    assert_eq!(desk.codes_as(&query, walled).await, ["NOT_FOUND"]);
    desk.close().await;
}

#[tokio::test]
async fn what_may_not_be_seen_now_was_not_to_be_seen_then() {
    let desk = Desk::open().await;
    let id = new_id();
    let opened = desk.consultation(id, at(0), open(opening("Zaphod's printer"))).await;
    desk.consultation(id, at(1), message("Zaphod here")).await;
    let assign = |manager| C::Assign(Assign { assignee: Some(ManagerId(manager)), team: None, reason: None });
    let (anna, boris) = (new_id(), new_id());
    desk.consultation(id, at(2), assign(anna)).await;
    let last = desk.consultation(id, at(3), assign(boris)).await;
    desk.settled().await;
    let shown = format!(
        "consultation(id: {:?}, asOf: {{ position: {} }}) {{ topic detail {{ description }}
            messages {{ nodes {{ text }} }} history {{ nodes {{ text }} }} }}
         consultationDiff(id: {:?}, from: {{ position: {} }}) {{
            fields {{ field from to }} parts {{ nodes {{ fields {{ field from to }} }} }} events {{ nodes {{ text }} }} }}",
        consultation_id(id),
        last.0,
        consultation_id(id),
        opened.0
    );
    let query = format!("{{ {shown} }}");
    let analyst = caller(desk.node.workspace, Role::Analyst);
    let hidden = data(desk.respond(&query, analyst, desk.database.pool()).await).to_string();
    assert!(!hidden.contains("Zaphod"), "{hidden}");
    assert!(desk.ask(&query).await.to_string().contains("Zaphod here"));

    // Who sees only their own sees the past of what is theirs now, and nothing of what no longer is.
    let own = |manager: Uuid| {
        let mut caller = caller(desk.node.workspace, Role::Manager);
        caller.access.scope = ledgerdesk_infrastructure::auth::Scope::Own;
        Caller { actor: ledgerdesk_domain::context::Actor::manager(ManagerId(manager)), ..caller }
    };
    assert_eq!(desk.codes_as(&query, own(anna)).await, ["NOT_FOUND", "NOT_FOUND"]);
    let seen = data(desk.respond(&query, own(boris), desk.database.pool()).await);
    assert_eq!(seen["consultation"]["messages"]["nodes"][0]["text"], "Zaphod here");
    desk.close().await;
}

#[tokio::test]
async fn a_difference_tells_fields_parts_and_the_events_between() {
    let desk = Desk::open().await;
    let (id, [opened, raised, late]) = with_a_late_call(&desk).await;
    let id = consultation_id(id);
    let selection = "{ from { version } to { version }
        fields { field from to } parts { nodes { kind fate fields { field } } pageInfo { hasNextPage } }
        events { totalCount nodes { eventType position } } }";
    let diff = |arguments: String| {
        let query = format!("{{ consultationDiff(id: {id:?}, {arguments}) {selection} }}");
        let desk = &desk;
        async move { desk.ask(&query).await["consultationDiff"].take() }
    };
    let all = diff(format!("from: {{ position: {opened} }}, to: {{ position: {late} }}")).await;
    assert_eq!((&all["from"]["version"], &all["to"]["version"]), (&json!(1), &json!(4)));
    let fields = all["fields"].as_array().unwrap();
    let of = |name: &str| fields.iter().find(|field| field["field"] == name).cloned().unwrap();
    assert_eq!(of("priority"), json!({ "field": "priority", "from": "NORMAL", "to": "HIGH" }));
    assert_eq!(of("callCount"), json!({ "field": "callCount", "from": 0, "to": 1 }));
    assert!(fields.iter().all(|field| field["field"] != "topic"));
    let parts: Vec<_> = all["parts"]["nodes"].as_array().unwrap().iter().collect();
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!((&parts[0]["kind"], &parts[0]["fate"]), (&json!("CALL"), &json!("CAME")));
    assert_eq!(parts[1]["kind"], "MESSAGE");
    assert_eq!(all["events"]["totalCount"], 3);
    assert_eq!(all["events"]["nodes"][0]["eventType"], "MessageReceived");

    // What the late call changed in the picture of minute 15.
    let quarter = text(at(15));
    let learned = diff(format!(
        "from: {{ time: {quarter:?} }}, fromKnownAt: {{ position: {raised} }}, to: {{ time: {quarter:?} }}"
    ))
    .await;
    let events = &learned["events"];
    assert_eq!(events["nodes"], json!([{ "eventType": "CallLogged", "position": late }]));
    assert_eq!(learned["parts"]["nodes"].as_array().unwrap().len(), 1);

    // Before it began there is nothing to compare with.
    let early = text(at(-1));
    let begun = diff(format!("from: {{ time: {early:?} }}")).await;
    assert_eq!((&begun["from"], &begun["events"]["totalCount"]), (&Value::Null, &json!(4)));
    assert_eq!(diff("toKnownAt: null".to_owned()).await, begun);
    let same = diff(format!("from: {{ position: {late} }}, to: {{ position: {late} }}")).await;
    assert_eq!((&same["fields"], &same["events"]["totalCount"]), (&json!([]), &json!(0)));

    let codes = |arguments: String| {
        let query = format!("{{ consultationDiff(id: {id:?}, {arguments}) {{ fields {{ field }} }} }}");
        let desk = &desk;
        async move { desk.codes(&query).await }
    };
    let backwards = format!("from: {{ position: {late} }}, to: {{ position: {opened} }}");
    assert_eq!(codes(backwards).await, ["BAD_USER_INPUT"]);
    let mixed = format!("from: {{ position: {opened} }}, to: {{ time: {quarter:?} }}");
    assert_eq!(codes(mixed).await, ["BAD_USER_INPUT"]);
    let never = format!("from: {{ time: {early:?} }}, to: {{ time: {early:?} }}");
    assert_eq!(codes(never).await, ["AS_OF_TOO_EARLY"]);
    desk.close().await;
}

#[tokio::test]
async fn parts_of_a_difference_come_in_pages() {
    let desk = Desk::open().await;
    let id = new_id();
    let opened = desk.consultation(id, at(0), open(opening("Printer"))).await;
    for minute in 1..=5 {
        desk.consultation(id, at(minute), message("still?")).await;
    }
    let changed = ChangeDetails {
        topic: Some("Plotter".to_owned()),
        description: None,
        client_id: None,
        language: None,
        catalog: None,
    };
    desk.consultation(id, at(6), C::ChangeDetails(changed)).await;
    let note = AddNote { note_id: new_id().into(), text: "hm".to_owned(), author: Party::Bot };
    desk.consultation(id, at(7), C::AddNote(note)).await;
    desk.settled().await;
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let query = format!(
            "{{ consultationDiff(id: {:?}, from: {{ position: {} }}) {{ parts(first: 2{after}) {{
                nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }} }}",
            consultation_id(id),
            opened.0
        );
        let page = desk.ask(&query).await["consultationDiff"]["parts"].take();
        seen.extend(
            page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
    let count = seen.len();
    seen.dedup();
    assert_eq!((count, seen.len()), (5, 5));
    desk.close().await;
}

#[tokio::test]
async fn what_was_erased_since_was_never_there() {
    let desk = Desk::open().await;
    let (client, id) = (new_id(), new_id());
    desk.client(client, crate::exact::register()).await;
    let opening = OpenConsultation { client_id: Some(ClientId(client)), ..opening("Zaphod's printer") };
    let opened = desk.consultation(id, at(0), open(opening)).await;
    let last = desk.consultation(id, at(1), message("Zaphod here")).await;
    desk.settled().await;
    let then = format!(
        "{{ consultation(id: {:?}, asOf: {{ position: {} }}) {{ topic messageCount messages {{ nodes {{ text }} }}
            history {{ nodes {{ text }} }} }}
           consultationDiff(id: {:?}, from: {{ position: {} }}) {{ parts {{ nodes {{ fields {{ field from to }} }} }} }} }}",
        consultation_id(id),
        last.0,
        consultation_id(id),
        opened.0
    );
    assert!(desk.ask(&then).await.to_string().contains("Zaphod here"));
    let persons = vec![PersonId(client)];
    let command = ClientCommand::ErasePerson(ErasePerson { persons: persons.clone() });
    let envelope = Envelope { erase: persons, ..desk.node.envelope(client, command) };
    desk.node.executor.execute::<Client>(envelope).await.expect("the client is erased");
    desk.settled().await;
    let shown = desk.ask(&then).await;
    assert!(!shown.to_string().contains("Zaphod"), "{shown}");
    assert_eq!(shown["consultation"]["messageCount"], 1);
    desk.close().await;
}

#[tokio::test]
async fn a_history_is_narrowed_by_when_it_was_recorded_and_by_request() {
    let desk = Desk::open().await;
    let (id, [_, raised, late]) = with_a_late_call(&desk).await;
    let id = consultation_id(id);
    let ask = |filter: String| {
        let query = format!(
            "{{ history(consultationId: {id:?}, filter: {filter}) {{ nodes {{ position correlationId causationId }} }} }}"
        );
        let desk = &desk;
        async move { desk.ask(&query).await["history"]["nodes"].take() }
    };
    let recorded: DateTime<Utc> =
        sqlx::query_scalar("select recorded_at from ledgerdesk.events where position = $1")
            .bind(late)
            .fetch_one(desk.database.pool())
            .await
            .unwrap();
    let positions = |nodes: &Value| -> Vec<i64> {
        nodes.as_array().unwrap().iter().map(|node| node["position"].as_i64().unwrap()).collect()
    };
    let newest = ask(format!("{{ recorded: {{ from: {:?} }} }}", text(recorded))).await;
    assert_eq!(positions(&newest), [late]);
    let older = ask(format!("{{ recorded: {{ before: {:?} }} }}", text(recorded))).await;
    assert_eq!(positions(&older).last(), Some(&raised));
    let request = newest[0]["correlationId"].clone();
    assert_eq!(positions(&ask(format!("{{ correlationId: {request} }}")).await), [late]);
    assert_eq!(newest[0]["causationId"], Value::Null);
    desk.close().await;
}
