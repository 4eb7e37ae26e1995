//! The worked example of `docs/metrics.md`: told as it stands there, its numbers held against the page.

use std::fs;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    calendar::{OpenSpan, Weekday},
    consultation::{
        Assign, Channel, ConsultationCommand as C, OpenConsultation, Party, ReceiveMessage, Reopen, ReopenTo,
        Resolve, SendMessage, Start, WaitForClient,
    },
    id::ManagerId,
    service_level::{SlaCondition, SlaRule, SlaTargets},
    workspace::{PublishCalendar, PublishSlaPolicies, WorkspaceCommand},
};
use serde_json::Value;
use uuid::Uuid;

use super::offices;
use crate::support::{Desk, consultation_id, new_id, open, opening};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md");

fn at(clock: &str) -> DateTime<Utc> {
    format!("2026-03-02T{clock}Z").parse().unwrap()
}

fn from(author: Party) -> C {
    C::SendMessage(SendMessage {
        message_id: new_id().into(),
        channel: Channel::Site,
        author,
        text: "we are on it".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

fn received() -> C {
    C::ReceiveMessage(ReceiveMessage {
        message_id: new_id().into(),
        channel: Channel::Site,
        text: "any news?".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
    })
}

fn assigned(manager: ManagerId) -> C {
    C::Assign(Assign { assignee: Some(manager), team: None, reason: None })
}

fn resolved() -> C {
    C::Resolve(Resolve { resolution: None, code: None })
}

async fn tell(desk: &Desk, consultation: Uuid, anna: ManagerId, boris: ManagerId) {
    let first = OpenConsultation { team: Some("first".to_owned()), ..opening("Printer") };
    for (clock, command) in [
        ("09:00:00", open(first)),
        ("09:00:20", from(Party::Bot)),
        ("09:04:00", assigned(anna)),
        ("09:04:00", C::Start(Start)),
        ("09:05:30", from(Party::Manager(anna))),
        ("09:10:00", received()),
        ("09:12:00", received()),
        ("09:16:00", from(Party::Manager(anna))),
        ("09:20:00", C::WaitForClient(WaitForClient { reason: None })),
        ("09:50:00", received()),
        ("09:58:00", assigned(boris)),
        ("10:00:00", from(Party::Manager(boris))),
        ("10:05:00", resolved()),
        ("11:05:00", C::Reopen(Reopen { to: Some(ReopenTo::InProgress), reason: None })),
        ("11:20:00", from(Party::Manager(boris))),
        ("11:30:00", resolved()),
    ] {
        desk.consultation(consultation, at(clock), command).await;
    }
}

/// The calendar and the table of the page.
async fn publish(desk: &Desk) {
    let weekdays = Weekday::ALL.into_iter().take(5);
    let span = |weekday, from: u16, until: u16| OpenSpan { weekday, from: from * 60, until: until * 60 };
    let week = weekdays.flat_map(|weekday| [span(weekday, 9, 10), span(weekday, 11, 17)]).collect();
    let effective_from = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let (key, time_zone) = ("default".to_owned(), "UTC".to_owned());
    let calendar = PublishCalendar { key, effective_from, time_zone, week, holidays: Vec::new() };
    let targets = SlaTargets {
        first_response: Some(300),
        next_response: Some(480),
        resolution: Some(7_200),
        ..SlaTargets::default()
    };
    let usual = SlaRule {
        key: "usual".to_owned(),
        when: SlaCondition::default(),
        calendar: Some("default".to_owned()),
        targets,
        warn_percent: None,
        pause_in: Vec::new(),
        bots_respond: false,
    };
    let policies = PublishSlaPolicies { effective_from, rules: vec![usual] };
    for command in
        [WorkspaceCommand::PublishCalendar(calendar), WorkspaceCommand::PublishSlaPolicies(policies)]
    {
        assert!(offices::send(desk, command).await);
    }
}

/// The query of the page about service levels and managers, as it stands there.
async fn busy(desk: &Desk) {
    let page = fs::read_to_string(PAGE).unwrap();
    let query = page.split("```graphql\n").find(|part| part.contains("busy: report")).unwrap();
    let asked = desk.ask(query.split("```").next().unwrap()).await;
    let of = |report: &str, metric: usize| asked["analytics"][report]["metrics"][metric].clone();
    assert_eq!((&of("levels", 0)["total"]["n"], &of("levels", 0)["total"]["mean"]), (&4.into(), &0.5.into()));
    assert_eq!(of("levels", 2)["total"]["p99"], 120_000);
    let groups = of("byClock", 0)["groups"].as_array().unwrap().clone();
    let means: Vec<_> = groups.iter().map(|group| group["current"]["mean"].as_f64().unwrap()).collect();
    assert_eq!(means, [0.0, 0.5, 1.0], "{groups:?}");
    let groups = of("busy", 0)["groups"].as_array().unwrap().clone();
    let mut means: Vec<_> = groups.iter().map(|group| group["current"]["mean"].as_f64().unwrap()).collect();
    means.sort_by(f64::total_cmp);
    assert_eq!(means, [24.0 / 420.0, 27.0 / 420.0]);
}

/// The rows of the page's table: a metric with its version, and the sums before and after the late fact.
fn told() -> Vec<(String, i32, i64, i64)> {
    let page = fs::read_to_string(PAGE).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `") && line.contains('@'));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace(',', "")).collect();
        let (name, version) = cells[1].trim_matches('`').split_once('@').unwrap();
        let number = |cell: &str| cell.split(' ').next().unwrap().parse().unwrap();
        (name.to_owned(), version.parse().unwrap(), number(&cells[2]), number(&cells[3]))
    })
    .collect()
}

async fn sum(desk: &Desk, name: &str, version: i32) -> i64 {
    let asked = desk
        .ask(&format!(
            "{{ analytics {{ report(input: {{ metrics: [{{ name: \"{name}\", version: {version} }}], \
             from: \"2026-03-02T00:00:00Z\", to: \"2026-03-03T00:00:00Z\", asOf: \"2026-03-03T00:00:00Z\" }}) \
             {{ metrics {{ total {{ n sum }} }} }} }} }}"
        ))
        .await;
    let total = &asked["analytics"]["report"]["metrics"][0]["total"];
    total["sum"].as_i64().or_else(|| total["n"].as_i64()).unwrap()
}

#[tokio::test]
async fn the_numbers_of_the_page_are_those_of_the_program() {
    let desk = Desk::open().await;
    let (anna, boris, consultation) = (ManagerId(new_id()), ManagerId(new_id()), new_id());
    offices::create(&desk).await;
    publish(&desk).await;
    tell(&desk, consultation, anna, boris).await;
    desk.settled().await;
    let told = told();
    assert_eq!(told.len(), 28);
    for (name, version, before, _) in &told {
        assert_eq!(sum(&desk, name, *version).await, *before, "{name}@{version}");
    }
    busy(&desk).await;
    desk.consultation(consultation, at("09:02:00"), from(Party::Manager(anna))).await;
    desk.settled().await;
    for (name, version, _, after) in &told {
        assert_eq!(sum(&desk, name, *version).await, *after, "{name}@{version} after the late fact");
    }
    drill_down(&desk, consultation).await;
    differ(&desk, consultation).await;
    desk.close().await;
}

/// From the number to the consultation and the events behind it.
async fn drill_down(desk: &Desk, consultation: Uuid) {
    let facts: Value = desk
        .ask(
            "{ analytics { facts(metric: { name: \"next_response\" }, from: \"2026-03-02T00:00:00Z\", \
             to: \"2026-03-03T00:00:00Z\", bucket: HOUR, timeZone: \"Europe/Moscow\", \
             group: [{ dimension: \"time\", value: \"2026-03-02T09:00:00Z\" }, { dimension: \"team\", value: \"first\" }]) \
             { position nodes { consultationId consultation { topic } value at events { type occurredAt } } } } }",
        )
        .await;
    let nodes = facts["analytics"]["facts"]["nodes"].as_array().unwrap().clone();
    assert_eq!(nodes.len(), 1, "{nodes:?}");
    assert_eq!(nodes[0]["consultationId"], consultation_id(consultation));
    assert_eq!(
        (&nodes[0]["value"], &nodes[0]["consultation"]["topic"]),
        (&360_000.into(), &"Printer".into())
    );
    let events: Vec<_> =
        nodes[0]["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(events, ["MessageReceived", "MessageSent"]);
}

/// Two versions of a metric, beside each other.
async fn differ(desk: &Desk, consultation: Uuid) {
    let asked = desk
        .ask(
            "{ analytics { difference(metric: \"full_resolution\", one: 1, other: 2, from: \"2026-03-02T00:00:00Z\", \
             to: \"2026-03-03T00:00:00Z\") { totals { same changed onlyOne onlyOther } \
             consultations { nodes { consultationId one other } } } } }",
        )
        .await;
    let difference = &asked["analytics"]["difference"];
    assert_eq!(difference["totals"]["changed"], 1);
    let node = &difference["consultations"]["nodes"][0];
    assert_eq!(node["consultationId"], consultation_id(consultation));
    assert_eq!((&node["one"], &node["other"]), (&9_000_000.into(), &5_400_000.into()));
}
