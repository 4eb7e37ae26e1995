//! Service levels over the API: calendars and tables are published, refused and listed; clocks tell why something is
//! late.

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::workspace::{CreateWorkspace, Workspace, WorkspaceCommand};
use serde_json::{Value, json};

use crate::app::App;

async fn start() -> (App, String) {
    let app = App::start().await;
    let create = WorkspaceCommand::CreateWorkspace(CreateWorkspace {
        name: "Support".to_owned(),
        language: "ru".to_owned(),
        time_zone: "UTC".to_owned(),
    });
    let envelope = app.node.envelope(app.node.workspace.uuid(), create);
    app.node.executor.execute::<Workspace>(envelope).await.unwrap();
    let key = app.key(Role::Owner);
    (app, key)
}

fn week(from: &str, until: &str) -> Value {
    let days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"];
    days.map(|weekday| json!({ "weekday": weekday, "from": from, "until": until })).into_iter().collect()
}

fn desk() -> Value {
    json!({ "key": "desk", "timeZone": "Europe/Moscow", "effectiveFrom": "2026-01-01T00:00:00Z",
            "week": week("09:00", "18:00") })
}

async fn refusal(app: &App, key: &str, verb: &str, input: Value) -> (String, String) {
    let payload = app.mutate(key, verb, input, "").await;
    assert_eq!(payload["position"], Value::Null, "{payload}");
    let error = &payload["userErrors"][0];
    let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
    assert!(!text("message").is_empty(), "{payload}");
    (text("code"), text("field"))
}

async fn publish(app: &App, key: &str, verb: &str, input: Value) {
    let payload = app.mutate(key, verb, input, "").await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    input
}

#[tokio::test]
async fn what_is_no_calendar_and_no_table_is_refused_with_a_code_and_the_field() {
    let (app, key) = start().await;
    let of = |code: &str, field: &str| (code.to_owned(), format!("input.{field}"));
    for (input, expected) in [
        (with(desk(), "timeZone", json!("Europe/Moskow")), of("unknown_time_zone", "timeZone")),
        (with(desk(), "week", json!([])), of("no_open_time", "week")),
        (with(desk(), "week", week("18:00", "09:00")), of("invalid_span", "week")),
        (with(desk(), "week", week("9:00", "18:00")), of("invalid_time_of_day", "week")),
        (with(desk(), "week", week("09:00", "24:01")), of("invalid_time_of_day", "week")),
    ] {
        assert_eq!(refusal(&app, &key, "publishCalendar", input.clone()).await, expected, "{input}");
    }
    let mut spans = week("09:00", "18:00");
    spans.as_array_mut().unwrap().push(json!({ "weekday": "MONDAY", "from": "17:00", "until": "20:00" }));
    let overlapping = refusal(&app, &key, "publishCalendar", with(desk(), "week", spans)).await;
    assert_eq!(overlapping, of("overlapping_spans", "week"));

    let rule = |key: &str| json!({ "key": key, "targets": { "resolutionSeconds": 60 } });
    for (rules, code) in [
        (json!([]), "empty"),
        (json!([{ "key": "a", "targets": {} }]), "no_targets"),
        (json!([rule("a"), rule("b")]), "unreachable_rule"),
        (json!([with(rule("a"), "calendar", json!("moon"))]), "unknown_calendar"),
        (json!([with(rule("a"), "pauseIn", json!(["CLOSED"]))]), "pause_in_end"),
        (json!([with(rule("a"), "warnPercent", json!(100))]), "out_of_range"),
    ] {
        let refused = refusal(&app, &key, "publishSlaPolicies", json!({ "rules": rules })).await;
        assert_eq!(refused, of(code, "rules"));
    }
    let file = json!({ "key": "desk", "icalendar": "hello", "from": "2026-01-01", "until": "2027-01-01" });
    let refused = refusal(&app, &key, "importHolidays", file.clone()).await;
    assert_eq!(refused, of("invalid_icalendar", "icalendar"));
    let refused = refusal(&app, &key, "importHolidays", with(file, "until", json!("2026-01-01"))).await;
    assert_eq!(refused, of("invalid_date_range", "until"));
    app.stop().await;
}

#[tokio::test]
async fn versions_of_calendars_and_tables_are_listed_and_an_import_says_what_it_read() {
    let (app, key) = start().await;
    publish(&app, &key, "publishCalendar", desk()).await;
    // The same again is no new version.
    publish(&app, &key, "publishCalendar", desk()).await;
    let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n\
                DTSTART;VALUE=DATE:20200308\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:8 марта\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let import = json!({ "key": "desk", "icalendar": file, "from": "2026-01-01", "until": "2028-01-01" });
    let fields = "holidays { date name spans { from until } }";
    let payload = app.mutate(&key, "importHolidays", import.clone(), fields).await;
    let days = json!([{ "date": "2026-03-08", "name": "8 марта", "spans": [] },
                      { "date": "2027-03-08", "name": "8 марта", "spans": [] }]);
    assert_eq!((&payload["holidays"], &payload["userErrors"]), (&days, &json!([])), "{payload}");
    let missing = refusal(&app, &key, "importHolidays", with(import, "key", json!("moon"))).await;
    assert_eq!(missing.0, "calendar_not_found");

    let list = "query($after: String) { calendars(key: \"desk\", first: 1, after: $after) {
        edges { cursor } nodes { version timeZone week { weekday from until } holidays { date } }
        pageInfo { hasNextPage } } }";
    let newest = app.post(&key, list, json!({})).await;
    let page = &newest["data"]["calendars"];
    assert_eq!((&page["nodes"][0]["version"], &page["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    assert_eq!(page["nodes"][0]["holidays"].as_array().map(Vec::len), Some(2), "{newest}");
    let oldest = app.post(&key, list, json!({ "after": page["edges"][0]["cursor"] })).await;
    let page = &oldest["data"]["calendars"];
    assert_eq!((&page["nodes"][0]["version"], &page["pageInfo"]["hasNextPage"]), (&json!(1), &json!(false)));
    assert_eq!(
        page["nodes"][0]["week"][0],
        json!({ "weekday": "MONDAY", "from": "09:00", "until": "18:00" })
    );

    for seconds in [60, 120] {
        let rules =
            json!([{ "key": "all", "targets": { "resolutionSeconds": seconds }, "calendar": "desk" }]);
        publish(&app, &key, "publishSlaPolicies", json!({ "rules": rules })).await;
    }
    let list = "{ slaTables { nodes { version rules { key calendar targets { resolutionSeconds } } } } }";
    let tables = app.post(&key, list, json!({})).await;
    let rule = |seconds: u32| json!([{ "key": "all", "calendar": "desk", "targets": { "resolutionSeconds": seconds } }]);
    let expected = json!([{ "version": 2, "rules": rule(120) }, { "version": 1, "rules": rule(60) }]);
    assert_eq!(tables["data"]["slaTables"]["nodes"], expected, "{tables}");
    // A manager may look, not change; another workspace has none.
    let manager = app.key(Role::Manager);
    let seen = app.post(&manager, list, json!({})).await;
    assert_eq!(seen["data"]["slaTables"]["nodes"], expected, "{seen}");
    let query = "mutation($input: PublishCalendarInput!) { publishCalendar(input: $input) { position } }";
    let refused = app.post(&manager, query, json!({ "input": desk() })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let stranger = app.key_of(crate::app::another_workspace(), Role::Owner);
    let seen = app.post(&stranger, list, json!({})).await;
    assert_eq!(seen["data"]["slaTables"]["nodes"], json!([]), "{seen}");
    app.stop().await;
}

/// The worked example of `docs/service-levels.md`, by the API.
#[tokio::test]
async fn a_clock_says_why_a_resolution_is_late() {
    let (app, key) = start().await;
    publish(&app, &key, "publishCalendar", desk()).await;
    let rule = |key: &str, seconds: u32| {
        json!({ "key": key, "calendar": "desk", "warnPercent": 75, "pauseIn": ["ON_HOLD"],
                "targets": { "resolutionSeconds": seconds } })
    };
    let urgent = with(rule("urgent", 14_400), "priorities", json!(["URGENT"]));
    let table = json!({ "effectiveFrom": "2026-01-01T00:00:00Z", "rules": [urgent, rule("usual", 28_800)] });
    publish(&app, &key, "publishSlaPolicies", table).await;

    let at = |input: Value, time: &str| with(input, "occurredAt", json!(time));
    let opening = at(json!({ "topic": "printer", "channel": "SITE" }), "2026-03-06T13:00:00Z");
    let opened = app.done(&key, "openConsultation", opening).await;
    let on = json!({ "consultationId": opened["createdId"] });
    let mut last = Value::Null;
    for (verb, time) in [
        ("putOnHold", "2026-03-06T14:00:00Z"),
        ("resumeConsultation", "2026-03-09T07:00:00Z"),
        ("changePriority", "2026-03-09T08:00:00Z"),
        ("resolveConsultation", "2026-03-09T12:00:00Z"),
    ] {
        let input =
            if verb == "changePriority" { with(on.clone(), "priority", json!("URGENT")) } else { on.clone() };
        last = app.done(&key, verb, at(input, time)).await;
    }
    let query = "query($id: ID!, $at: Position, $then: DateTime) { consultation(id: $id, minPosition: $at) {
        clocks(at: $then) { kind number state rule calendar calendarVersion targetSeconds usedSeconds remainingSeconds
            dueAt breachedAt endedAt ledger { kind at usedSeconds rule eventVersion } } } }";
    let variables = json!({ "id": opened["createdId"], "at": last["position"] });
    let answer = app.post(&key, query, variables.clone()).await;
    let clocks = &answer["data"]["consultation"]["clocks"];
    let entry = |kind: &str, at: &str, used: f64, rule: &str, version: Option<i32>| json!({ "kind": kind, "at": at, "usedSeconds": used, "rule": rule, "eventVersion": version });
    let expected = json!([{
        "kind": "RESOLUTION", "number": 1, "state": "FULFILLED", "rule": "urgent", "calendar": "desk",
        "calendarVersion": 1, "targetSeconds": 14_400.0, "usedSeconds": 21_600.0, "remainingSeconds": -7_200.0,
        "dueAt": "2026-03-09T10:00:00+00:00", "breachedAt": "2026-03-09T10:00:00+00:00", "endedAt": "2026-03-09T12:00:00+00:00",
        "ledger": [
            entry("ACTIVATED", "2026-03-06T13:00:00+00:00", 0.0, "usual", Some(1)),
            entry("PAUSED", "2026-03-06T14:00:00+00:00", 3_600.0, "usual", Some(2)),
            entry("RESUMED", "2026-03-09T07:00:00+00:00", 3_600.0, "usual", Some(3)),
            entry("POLICY_CHANGED", "2026-03-09T08:00:00+00:00", 7_200.0, "urgent", Some(4)),
            entry("WARNED", "2026-03-09T09:00:00+00:00", 10_800.0, "urgent", None),
            entry("BREACHED", "2026-03-09T10:00:00+00:00", 14_400.0, "urgent", None),
            entry("FULFILLED", "2026-03-09T12:00:00+00:00", 21_600.0, "urgent", Some(5)),
        ],
    }]);
    assert_eq!(clocks, &expected, "{answer}");
    // As of Monday 11:30 in Moscow an hour and a half is left.
    let then = app.post(&key, query, with(variables.clone(), "then", json!("2026-03-09T08:30:00Z"))).await;
    let clock = &then["data"]["consultation"]["clocks"][0];
    assert_eq!((&clock["state"], &clock["remainingSeconds"]), (&json!("RUNNING"), &json!(5_400.0)), "{then}");
    assert_eq!((&clock["dueAt"], &clock["breachedAt"]), (&json!("2026-03-09T10:00:00+00:00"), &Value::Null));
    let refused = app.post(&key, query, with(variables, "then", json!("1969-12-31T00:00:00Z"))).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
    app.stop().await;
}
