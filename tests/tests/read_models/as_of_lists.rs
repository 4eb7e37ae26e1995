//! Lists and counts as they were: what they refuse, who sees them, and where their cursors belong.

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_api::graphql::{
    caller::{Caller, Role},
    global_id::{self, NodeKind},
};
use ledgerdesk_domain::{
    consultation::{
        Assign, ChangePriority, ConsultationCommand as C, OpenConsultation, Priority, Resolve, Start,
    },
    context::Actor,
    id::ManagerId,
    workspace::{CreateWorkspace, SaveView, Workspace, WorkspaceCommand},
};
use ledgerdesk_infrastructure::{
    auth::Scope,
    clock::{Clock as _, SystemClock},
};
use ledgerdesk_tests::fill;
use serde_json::{Value, json};
use sqlx::Connection as _;
use uuid::Uuid;

use crate::support::{Desk, at, caller, consultation_id, data, field, new_id, open, opening};

fn text(time: DateTime<Utc>) -> String {
    format!("{:?}", time.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn raise(priority: Priority) -> C {
    C::ChangePriority(ChangePriority { priority })
}

const RESOLVE: fn() -> C = || C::Resolve(Resolve { resolution: None, code: None });

async fn list(desk: &Desk, arguments: &str) -> Value {
    let query = format!(
        "{{ consultations({arguments}) {{ totalCount nodes {{ id status priority version }}
            pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    desk.ask(&query).await["consultations"].take()
}

async fn counts(desk: &Desk, arguments: &str) -> Vec<i64> {
    let found = desk.ask(&format!("{{ consultationCounts({arguments}) {{ status count }} }}")).await;
    let counts = found["consultationCounts"].as_array().unwrap();
    counts.iter().map(|count| count["count"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_list_shows_a_command_that_was_just_answered_and_late_facts_where_they_belong() {
    let desk = Desk::open().await;
    let [one, other] = [new_id(), new_id()];
    desk.consultation(one, at(0), open(opening("Printer"))).await;
    desk.consultation(other, at(10), open(opening("Scanner"))).await;
    let started = desk.consultation(one, at(20), C::Start(Start)).await;
    // Nothing is waited for here: the list waits.
    let then = list(&desk, &format!("asOf: {{ position: {started} }}")).await;
    assert_eq!(field(&then, "id"), [other, one].map(consultation_id));
    assert_eq!(field(&then, "status"), ["QUEUED", "IN_PROGRESS"]);

    let late = desk.consultation(one, at(5), raise(Priority::High)).await;
    let urgent = "filter: { priority: [HIGH] }";
    for (moment, expected) in [
        (format!("asOf: {{ time: {} }}", text(at(4))), 0),
        (format!("asOf: {{ time: {} }}", text(at(5))), 1),
        (format!("asOf: {{ time: {} }}, asKnownAt: {{ position: {started} }}", text(at(5))), 0),
        (format!("asOf: {{ time: {} }}, asKnownAt: {{ position: {late} }}", text(at(5))), 1),
        (format!("asOf: {{ position: {started} }}"), 0),
        (format!("asKnownAt: {{ position: {started} }}"), 0),
        (format!("asOf: {{ position: {late} }}"), 1),
        (format!("asKnownAt: {{ time: {} }}", text(SystemClock.now())), 1),
    ] {
        let found = list(&desk, &format!("{urgent}, {moment}")).await;
        assert_eq!(found["totalCount"], expected, "{moment}");
        assert_eq!(counts(&desk, &format!("{urgent}, {moment}")).await.iter().sum::<i64>(), expected);
    }
    let nobody = list(&desk, &format!("asOf: {{ time: {} }}", text(at(-1)))).await;
    assert_eq!((&nobody["totalCount"], &nobody["nodes"]), (&json!(0), &json!([])));
    assert_eq!(counts(&desk, &format!("asOf: {{ time: {} }}", text(at(9)))).await, [1, 0, 0, 0, 0, 0, 0]);
    assert_eq!(counts(&desk, &format!("asOf: {{ time: {} }}", text(at(20)))).await, [1, 1, 0, 0, 0, 0, 0]);
    desk.close().await;
}

#[tokio::test]
async fn a_cursor_belongs_to_its_moment_and_the_present_has_its_own() {
    let desk = Desk::open().await;
    for minute in 0..7 {
        desk.consultation(new_id(), at(minute), open(opening("one of many"))).await;
    }
    let head = desk.consultation(new_id(), at(7), open(opening("the last one"))).await;
    let order = "orderBy: { field: OPENED_AT }, first: 3";
    let time = format!("{order}, asOf: {{ time: {} }}", text(at(100)));
    let position = format!("{order}, asOf: {{ position: {head} }}");
    let known = format!("{time}, asKnownAt: {{ position: {head} }}");
    desk.settled().await;
    let mut cursors = Vec::new();
    for arguments in [order, &time, &position, &known] {
        let page = list(&desk, arguments).await;
        assert_eq!(page["totalCount"], 8, "{arguments}");
        cursors.push(page["pageInfo"]["endCursor"].to_string());
    }
    for (place, arguments) in [order, &time, &position, &known].into_iter().enumerate() {
        for (from, cursor) in cursors.iter().enumerate() {
            let asked = format!("{arguments}, after: {cursor}");
            if from == place {
                assert_eq!(list(&desk, &asked).await["nodes"].as_array().unwrap().len(), 3);
                continue;
            }
            let codes = desk.codes(&format!("{{ consultations({asked}) {{ totalCount }} }}")).await;
            assert_eq!(codes, ["BAD_USER_INPUT"], "the cursor of {from} for {place}");
        }
    }
    // What is learned between two pages of a time belongs to both of them, and the cursor stays.
    desk.consultation(new_id(), at(1), open(opening("late"))).await;
    let next = list(&desk, &format!("{time}, after: {}", cursors[1])).await;
    assert_eq!(next["totalCount"], 9);
    let rest = list(&desk, &format!("{time}, after: {}", next["pageInfo"]["endCursor"])).await;
    assert_eq!(rest["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(list(&desk, &known).await["totalCount"], 8);
    desk.close().await;
}

#[tokio::test]
async fn what_is_not_kept_of_the_past_is_refused_by_name() {
    let desk = Desk::open().await;
    let position = desk.consultation(new_id(), at(0), open(opening("Printer"))).await;
    let moment = format!("asOf: {{ position: {position} }}");
    for (arguments, name) in [
        ("filter: { text: \"printer\" }", "`filter.text`"),
        ("filter: { updated: { from: \"2026-01-01T00:00:00Z\" } }", "`filter.updated`"),
        ("filter: { where: { messageCount: { gte: 3 } } }", "`filter.where.messageCount`"),
        ("filter: { where: { or: [{ not: { text: { contains: \"x\" } } }] } }", "`filter.where.text`"),
        ("orderBy: { field: UPDATED_AT }", "`orderBy` asks for UPDATED_AT"),
        ("orderBy: { field: WAITING_SINCE }", "`orderBy` asks for WAITING_SINCE"),
    ] {
        let query = format!("{{ consultations({arguments}, {moment}) {{ totalCount }} }}");
        let response =
            desk.respond(&query, caller(desk.node.workspace, Role::Owner), desk.database.pool()).await;
        assert_eq!(crate::support::codes(&response), ["AS_OF_UNSUPPORTED"], "{arguments}");
        assert!(response.errors[0].message.contains(name), "{}", response.errors[0].message);
    }
    let counted = format!("{{ consultationCounts(filter: {{ text: \"x\" }}, {moment}) {{ count }} }}");
    assert_eq!(desk.codes(&counted).await, ["AS_OF_UNSUPPORTED"]);
    for (moment, code) in [
        ("asOf: { position: 0 }".to_owned(), "AS_OF_TOO_EARLY"),
        (format!("asOf: {{ position: {} }}", position.0 + 1), "AS_OF_AHEAD"),
        ("asOf: { time: \"2999-01-01T00:00:00Z\" }".to_owned(), "AS_OF_AHEAD"),
        ("asKnownAt: { time: \"2999-01-01T00:00:00Z\" }".to_owned(), "AS_OF_AHEAD"),
    ] {
        assert_eq!(desk.codes(&format!("{{ consultations({moment}) {{ totalCount }} }}")).await, [code]);
        assert_eq!(desk.codes(&format!("{{ consultationCounts({moment}) {{ count }} }}")).await, [code]);
    }
    let early = "asKnownAt: { time: \"2001-01-01T00:00:00Z\" }";
    assert_eq!(list(&desk, early).await["totalCount"], 0);
    desk.close().await;
}

#[tokio::test]
async fn the_past_is_seen_by_who_sees_the_present() {
    let desk = Desk::open().await;
    let (mine, theirs) = (new_id(), new_id());
    let (anna, boris) = (new_id(), new_id());
    let assign = |manager| C::Assign(Assign { assignee: Some(ManagerId(manager)), team: None, reason: None });
    for (id, topic) in [(mine, "Zaphod's printer"), (theirs, "Zaphod's scanner")] {
        desk.consultation(id, at(0), open(opening(topic))).await;
        desk.consultation(id, at(1), assign(boris)).await;
    }
    desk.consultation(mine, at(2), assign(anna)).await;
    let head = desk.consultation(theirs, at(3), RESOLVE()).await;
    desk.settled().await;
    let query = format!(
        "{{ consultations(asOf: {{ time: {} }}, filter: {{ status: [QUEUED, IN_PROGRESS] }}) {{ totalCount nodes {{
              id topic assignee {{ id }} }} }}
            all: consultations(asOf: {{ position: {head} }}) {{ totalCount nodes {{ id topic }} }}
            consultationCounts(asOf: {{ time: {} }}) {{ count }} }}",
        text(at(1)),
        text(at(1))
    );
    let respond = |caller: Caller| desk.respond(&query, caller, desk.database.pool());
    let total = |shown: &Value| {
        let counts = shown["consultationCounts"].as_array().unwrap().iter();
        let counted: i64 = counts.map(|count| count["count"].as_i64().unwrap()).sum();
        (
            shown["consultations"]["totalCount"].as_i64().unwrap(),
            shown["all"]["totalCount"].as_i64().unwrap(),
            counted,
        )
    };
    let owner = data(respond(caller(desk.node.workspace, Role::Owner)).await);
    assert_eq!(total(&owner), (2, 2, 2));
    assert!(owner.to_string().contains("Zaphod"));

    let walled = data(respond(caller(new_id().into(), Role::Owner)).await);
    assert_eq!(total(&walled), (0, 0, 0));

    let analyst = data(respond(caller(desk.node.workspace, Role::Analyst)).await);
    assert_eq!(total(&analyst), (2, 2, 2));
    assert!(!analyst.to_string().contains("Zaphod"), "{analyst}");

    // Both were held by Boris then. Each sees the past of what is theirs now.
    let own = |manager: Uuid| {
        let mut caller = caller(desk.node.workspace, Role::Manager);
        caller.access.scope = Scope::Own;
        Caller { actor: Actor::manager(ManagerId(manager)), ..caller }
    };
    for (manager, id) in [(anna, mine), (boris, theirs)] {
        let seen = data(respond(own(manager)).await);
        assert_eq!(total(&seen), (1, 1, 1));
        assert_eq!(field(&seen["consultations"], "id"), [consultation_id(id)]);
    }
    desk.close().await;
}

#[tokio::test]
async fn a_saved_view_narrows_and_orders_the_past_as_far_as_it_is_kept() {
    let desk = Desk::open().await;
    let create = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
        name: "Support".to_owned(),
        language: "en".to_owned(),
        time_zone: "UTC".to_owned(),
    });
    let envelope = desk.node.envelope(desk.node.workspace.uuid(), create);
    desk.node.executor.execute::<Workspace>(envelope).await.expect("the workspace is created");
    let (high, low) = (new_id(), new_id());
    let of = |priority| OpenConsultation { priority, ..opening("Printer") };
    desk.consultation(high, at(0), open(of(Priority::High))).await;
    desk.consultation(low, at(1), open(of(Priority::Low))).await;
    let save = |filter: &str, order: Option<&str>| {
        let view = new_id();
        let command = WorkspaceCommand::SaveView(SaveView {
            view_id: view.into(),
            name: view.to_string(),
            shared: true,
            filter: filter.to_owned(),
            order: order.map(str::to_owned),
            columns: Vec::new(),
        });
        let stream = desk.node.workspace.uuid();
        let envelope = desk.node.envelope(stream, command);
        let executor = &desk.node.executor;
        async move {
            executor.execute::<Workspace>(envelope).await.expect("the view is saved");
            global_id::encode(NodeKind::View, view)
        }
    };
    let by_priority =
        save("{\"status\":[\"QUEUED\"]}", Some("{\"field\":\"PRIORITY\",\"direction\":\"DESC\"}")).await;
    let by_change = save("{}", Some("{\"field\":\"UPDATED_AT\",\"direction\":\"DESC\"}")).await;
    let words = save("{\"text\":\"printer\"}", None).await;
    let moment = format!("asOf: {{ time: {} }}", text(at(5)));
    desk.settled().await;
    let found = list(&desk, &format!("view: {by_priority:?}, {moment}")).await;
    assert_eq!(field(&found, "id"), [high, low].map(consultation_id));
    let found =
        list(&desk, &format!("view: {by_priority:?}, filter: {{ status: [CLOSED] }}, {moment}")).await;
    assert_eq!(field(&found, "id"), Vec::<String>::new(), "within the view");
    let of_high =
        save("{\"priority\":[\"HIGH\"]}", Some("{\"field\":\"PRIORITY\",\"direction\":\"ASC\"}")).await;
    desk.settled().await;
    let found = list(&desk, &format!("view: {of_high:?}, {moment}")).await;
    assert_eq!(field(&found, "id"), [consultation_id(high)]);
    let found = list(&desk, &format!("view: {of_high:?}, filter: {{ priority: [LOW] }}, {moment}")).await;
    assert_eq!(field(&found, "id"), Vec::<String>::new(), "within the view");
    let found = list(&desk, &format!("view: {by_change:?}, orderBy: {{ field: OPENED_AT }}, {moment}")).await;
    assert_eq!(field(&found, "id"), [low, high].map(consultation_id));
    for view in [by_change, words] {
        let query = format!("{{ consultations(view: {view:?}, {moment}) {{ totalCount }} }}");
        assert_eq!(desk.codes(&query).await, ["AS_OF_UNSUPPORTED"]);
    }
    desk.close().await;
}

#[tokio::test]
async fn a_consultation_with_more_events_than_are_read_together_is_shown_whole() {
    let desk = Desk::open().await;
    let id = new_id();
    desk.consultation(id, at(0), open(opening("Printer"))).await;
    let mut last = None;
    for minute in 1..=230 {
        let priority = if minute % 2 == 0 { Priority::High } else { Priority::Low };
        last = Some(desk.consultation(id, at(minute), raise(priority)).await);
    }
    let last = last.unwrap();
    let found = list(&desk, &format!("asOf: {{ position: {last} }}")).await;
    assert_eq!(found["nodes"][0]["version"], 231);
    let found = list(&desk, &format!("asOf: {{ time: {} }}", text(at(219)))).await;
    assert_eq!((&found["nodes"][0]["version"], &found["nodes"][0]["priority"]), (&json!(220), &json!("LOW")));
    desk.close().await;
}

/// The log that the benchmark of lists of the past writes.
#[tokio::test]
async fn a_log_that_was_filled_by_a_statement_has_the_past_that_it_tells_of() {
    let desk = Desk::open().await;
    desk.consultation(new_id(), at(0), open(opening("the last one before"))).await;
    desk.settled().await;
    let mut owner = desk.database.owner().await;
    fill::consultations(&mut owner, desk.node.workspace, 200).await.unwrap();
    fill::history(&mut owner, desk.node.workspace).await.unwrap();
    owner.close().await.unwrap();
    desk.settled().await;
    let counts = counts(&desk, &format!("asOf: {{ time: {} }}", text(at(0)))).await;
    // Nine of ten were closed, the others are what the list has of them.
    assert_eq!(counts.iter().sum::<i64>(), 201, "{counts:?}");
    assert_eq!((counts[0], counts[5]), (4, 180), "{counts:?}");
    let comparison = desk.read_side.equals_rebuild("consultation_versions", |_| {}).await.unwrap();
    assert!(comparison.is_equal() && comparison.live_rows > 1_000, "{comparison:?}");
    let found =
        list(&desk, "asOf: { time: \"2020-06-01T00:00:00Z\" }, filter: { status: [CLOSED] }, first: 30")
            .await;
    assert!(found["totalCount"].as_i64().unwrap() > 10, "{found}");
    assert!(field(&found, "status").iter().all(|status| status == "CLOSED"), "{found}");
    desk.close().await;
}
