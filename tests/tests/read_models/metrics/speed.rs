//! A year by manager is read from an index alone, and what is reckoned clock by clock costs as much for each
//! consultation however many there are. `LEDGERDESK_TEST_FACTS=1000000` measures both at that size.

use std::time::Instant;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::client::{ClientCommand, ClientKind, RegisterClient};
use ledgerdesk_projections::{
    analytics::{self, Ask, Question},
    read::Reach,
};
use ledgerdesk_tests::fill;
use sqlx::Connection as _;

use crate::support::{Desk, new_id};

#[tokio::test]
async fn a_year_by_manager_is_read_from_an_index_alone() {
    let rows =
        std::env::var("LEDGERDESK_TEST_FACTS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(40_000);
    let desk = Desk::open().await;
    let register = RegisterClient {
        kind: ClientKind::Person,
        name: "somebody".to_owned(),
        company: None,
        contacts: Vec::new(),
        language: None,
        references: Vec::new(),
    };
    desk.client(new_id(), ClientCommand::RegisterClient(register)).await;
    desk.settled().await;
    let mut owner = desk.database.owner().await;
    fill::consultations(&mut owner, desk.node.workspace, rows).await.unwrap();
    fill::facts(&mut owner, desk.node.workspace).await.unwrap();

    let (source, reach) = (&desk.source(), Reach::whole(desk.node.workspace));
    let (from, to): (DateTime<Utc>, DateTime<Utc>) =
        ("2020-06-01T00:00:00Z".parse().unwrap(), "2021-06-01T00:00:00Z".parse().unwrap());
    for metric in ["first_response", "full_resolution", "opened"] {
        let metrics = vec![(metric.to_owned(), None)];
        let dimensions = vec![if metric == "opened" { "team" } else { "manager" }.to_owned()];
        let question = Question::new(Ask { metrics, dimensions, ..Ask::default() }, from, to).unwrap();
        let plan = analytics::explain(source, reach, &question).await.unwrap().join("\n");
        assert!(plan.contains("Index Only Scan"), "{metric}\n{plan}");
        let (mut times, mut n) = (Vec::new(), 0);
        for _ in 0..5 {
            let started = Instant::now();
            n = analytics::report(source, reach, &question).await.unwrap().reports[0].total.n;
            times.push(started.elapsed().as_millis());
        }
        assert!(n > 0);
        println!("{metric} of {n} facts of {rows}: {times:?} ms\n{plan}");
    }
    fill::journals(&mut owner, desk.node.workspace).await.unwrap();
    owner.close().await.unwrap();
    service_levels(&desk, (from, to)).await;
    desk.close().await;
}

/// A year and a month of it by manager: every clock is decided once, and its months are among those of the year.
async fn service_levels(desk: &Desk, (from, to): (DateTime<Utc>, DateTime<Utc>)) {
    let (source, reach) = (&desk.source(), Reach::whole(desk.node.workspace));
    let mut found = Vec::new();
    for to in [to, from + chrono::TimeDelta::days(30)] {
        let metrics =
            ["sla_met", "sla_consultations", "sla_overdue"].map(|name| (name.to_owned(), None)).to_vec();
        let dimensions = vec!["manager".to_owned()];
        let as_of = Some("2023-01-01T00:00:00Z".parse().unwrap());
        let question = Question::new(Ask { metrics, dimensions, as_of, ..Ask::default() }, from, to).unwrap();
        let started = Instant::now();
        let answer = analytics::report(source, reach, &question).await.unwrap();
        let [met, consultations, overdue] = [0, 1, 2].map(|place| answer.reports[place].total);
        println!("{} clocks of {} consultations: {:?}", met.n, consultations.n, started.elapsed());
        assert!(met.n > consultations.n && consultations.n > 0);
        assert_eq!(met.n - met.sum.unwrap(), overdue.n);
        found.push(met.n);
    }
    assert!(found[0] > found[1]);
}
