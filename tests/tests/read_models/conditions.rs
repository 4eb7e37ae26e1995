//! Conditions with operators, put together with and, or, not; within bounds.

use ledgerdesk_domain::{
    consultation::{Assign, ConsultationCommand as C, OpenConsultation, Priority, Resolve},
    id::ManagerId,
};
use ledgerdesk_tests::wait_until;
use uuid::Uuid;

use crate::support::{Desk, at, field, manager_id, new_id, open, opening};

/// Urgent and Olga's; high, tagged, of a team; low and resolved; normal, nobody's.
async fn fill(desk: &Desk, olga: Uuid) {
    let [urgent, tagged, resolved, plain] = [new_id(), new_id(), new_id(), new_id()];
    let of = |priority, topic| OpenConsultation { priority, ..opening(topic) };
    desk.consultation(urgent, at(0), open(of(Priority::Urgent, "urgent"))).await;
    let assign = Assign { assignee: Some(ManagerId(olga)), team: None, reason: None };
    desk.consultation(urgent, at(10), C::Assign(assign)).await;
    let tags = vec!["vip".to_owned(), "printer".to_owned()];
    let tagged_opening =
        OpenConsultation { tags, team: Some("first".to_owned()), ..of(Priority::High, "tagged") };
    desk.consultation(tagged, at(1), open(tagged_opening)).await;
    desk.consultation(resolved, at(2), open(of(Priority::Low, "resolved"))).await;
    desk.consultation(resolved, at(12), C::Resolve(Resolve { resolution: None, code: None })).await;
    desk.consultation(plain, at(3), open(of(Priority::Normal, "plain"))).await;
    desk.settled().await;
}

async fn topics(desk: &Desk, condition: &str) -> Vec<String> {
    let query = format!(
        "{{ consultations(filter: {{ where: {condition} }}, orderBy: {{ field: OPENED_AT, direction: ASC }}) \
         {{ nodes {{ topic }} totalCount }} }}"
    );
    let found = desk.ask(&query).await["consultations"].take();
    let topics = field(&found, "topic");
    assert_eq!(found["totalCount"], topics.len(), "{condition}");
    topics
}

#[tokio::test]
async fn every_operator_keeps_what_it_asks_for_and_nothing_else() {
    let desk = Desk::open().await;
    let olga = new_id();
    fill(&desk, olga).await;
    let olga = manager_id(olga);
    for (condition, expected) in [
        ("{}", vec!["urgent", "tagged", "resolved", "plain"]),
        ("{ status: { eq: RESOLVED } }", vec!["resolved"]),
        ("{ status: { in: [RESOLVED, CLOSED] } }", vec!["resolved"]),
        ("{ status: { in: [] } }", vec![]),
        ("{ status: { not: RESOLVED } }", vec!["urgent", "tagged", "plain"]),
        ("{ status: { eq: QUEUED, not: RESOLVED } }", vec!["urgent", "tagged", "plain"]),
        ("{ priority: { in: [HIGH, URGENT] } }", vec!["urgent", "tagged"]),
        ("{ priority: { eq: HIGH } }", vec!["tagged"]),
        ("{ priorityRank: { gte: 2, lt: 4 } }", vec!["tagged", "plain"]),
        (&format!("{{ assignee: {{ eq: \"{olga}\" }} }}"), vec!["urgent"]),
        // Whoever asks for those that are not hers gets nobody's, too.
        (&format!("{{ assignee: {{ not: \"{olga}\" }} }}"), vec!["tagged", "resolved", "plain"]),
        ("{ assignee: { isNull: false } }", vec!["urgent"]),
        ("{ team: { isNull: true } }", vec!["urgent", "resolved", "plain"]),
        ("{ team: { eq: \"first\" } }", vec!["tagged"]),
        ("{ team: { not: \"first\" } }", vec!["urgent", "resolved", "plain"]),
        ("{ tags: { contains: \"vip\" } }", vec!["tagged"]),
        ("{ tags: { in: [\"other\", \"printer\"] } }", vec!["tagged"]),
        ("{ tags: { not: \"vip\" } }", vec!["urgent", "resolved", "plain"]),
        ("{ text: { contains: \"plain\" } }", vec!["plain"]),
        (
            "{ openedAt: { gte: \"2026-01-01T00:01:00Z\", lt: \"2026-01-01T00:03:00Z\" } }",
            vec!["tagged", "resolved"],
        ),
        ("{ resolvedAt: { isNull: false } }", vec!["resolved"]),
        ("{ messageCount: { eq: 0 }, hasOpenHandover: true }", vec![]),
        ("{ or: [{ status: { eq: RESOLVED } }, { priority: { eq: URGENT } }] }", vec!["urgent", "resolved"]),
        (
            "{ and: [{ status: { eq: QUEUED } }, { not: { priority: { eq: URGENT } } }] }",
            vec!["tagged", "plain"],
        ),
        // What is unknown is not so, and its opposite is.
        (&format!("{{ not: {{ assignee: {{ eq: \"{olga}\" }} }} }}"), vec!["tagged", "resolved", "plain"]),
        (
            "{ not: { or: [{ team: { eq: \"first\" } }, { priorityRank: { lt: 2 } }] } }",
            vec!["urgent", "plain"],
        ),
    ] {
        assert_eq!(topics(&desk, condition).await, expected, "{condition}");
    }
    desk.close().await;
}

#[tokio::test]
async fn a_condition_is_bounded_in_depth_and_size() {
    let desk = Desk::open().await;
    let list = "{ consultations { nodes { id } } }";
    wait_until("there is something to read", async || {
        let told = desk.codes(list).await;
        // Before its table is there, a list says so.
        assert!(told.is_empty() || told == ["UNAVAILABLE"], "{told:?}");
        told.is_empty()
    })
    .await;
    let nested = |depth: usize| {
        (1..depth).fold("{ team: { eq: \"a\" } }".to_owned(), |inner, _| format!("{{ not: {inner} }}"))
    };
    let wide = |count: usize| format!("{{ or: [{}] }}", vec!["{ team: { eq: \"a\" } }"; count].join(", "));
    let list = |condition: &str| {
        format!("{{ consultations(filter: {{ where: {condition} }}) {{ nodes {{ id }} }} }}")
    };
    for accepted in [nested(5), wide(50)] {
        assert_eq!(desk.codes(&list(&accepted)).await, Vec::<String>::new(), "{accepted}");
    }
    for refused in [nested(6), nested(22), wide(51)] {
        assert_eq!(desk.codes(&list(&refused)).await, ["FILTER_TOO_COMPLEX"], "{refused:.100}");
    }
    let many = vec!["\"a\""; 101].join(", ");
    for wrong in [
        "{ or: [] }".to_owned(),
        "{ and: [] }".to_owned(),
        "{ assignee: { eq: \"x\" } }".to_owned(),
        "{ openedAt: { gte: \"9999-12-31T00:00:00Z\" } }".to_owned(),
        "{ team: { eq: \"\\u0000\" } }".to_owned(),
        format!("{{ team: {{ in: [{many}] }} }}"),
    ] {
        assert_eq!(desk.codes(&list(&wrong)).await, ["BAD_USER_INPUT"], "{wrong:.100}");
    }
    desk.close().await;
}

#[tokio::test]
async fn every_list_takes_conditions() {
    let desk = Desk::open().await;
    fill(&desk, new_id()).await;
    for (list, condition) in [
        ("clients", "{ kind: { eq: PERSON }, consultationCount: { gte: 1 }, name: { contains: \"a\" } }"),
        ("managers", "{ skills: { contains: \"a\" }, availability: { not: OFFLINE }, capacity: { lt: 5 } }"),
        ("handovers", "{ state: { in: [OFFERED] }, requestedAt: { lt: \"2027-01-01T00:00:00Z\" } }"),
        ("redates", "{ initiator: { eq: CLIENT }, number: { gte: 2 } }"),
        ("calls", "{ outcome: { eq: BUSY }, direction: { not: INBOUND }, durationSeconds: { gte: 10 } }"),
        ("ratings", "{ score: { lt: 300 }, state: { eq: SUBMITTED }, questionnaire: { eq: \"x\" } }"),
        ("messages", "{ direction: { eq: INBOUND }, channel: { in: [SITE] }, isFirstResponse: false }"),
    ] {
        let query = format!("{{ {list}(filter: {{ where: {condition} }}) {{ totalCount nodes {{ id }} }} }}");
        assert_eq!(desk.ask(&query).await[list]["totalCount"], 0, "{list}");
    }
    desk.close().await;
}
