//! Keyset pages: every order, both directions, from both ends, over ties.

use ledgerdesk_domain::consultation::{Appoint, ConsultationCommand, Priority};
use serde_json::Value;

use crate::support::{Desk, at, field, new_id, open, opening};

const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
const COUNT: i64 = 23;

/// Consultations whose times and urgencies come in no order and repeat; every third has an appointment.
async fn fill(desk: &Desk) {
    for number in 0..COUNT {
        let id = new_id();
        let minute = (number * 7) % 10;
        let priority = PRIORITIES[usize::try_from(number * 5 % 4).unwrap()];
        desk.consultation(
            id,
            at(minute),
            open(ledgerdesk_domain::consultation::OpenConsultation {
                priority,
                ..opening(&number.to_string())
            }),
        )
        .await;
        if number % 3 == 0 {
            let appointed_for = at(10_000 - number % 4);
            desk.consultation(id, at(minute), ConsultationCommand::Appoint(Appoint::at(appointed_for))).await;
        }
    }
    desk.settled().await;
}

async fn page(desk: &Desk, order: &str, paging: &str) -> Value {
    let query = format!(
        "{{ consultations(orderBy: {order}, {paging}) {{ nodes {{ id }} totalCount \
         pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    desk.ask(&query).await["consultations"].take()
}

/// Every id, read forward seven at a time.
async fn forward(desk: &Desk, order: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let page = page(desk, order, &format!("first: 7{after}")).await;
        ids.extend(field(&page, "id"));
        let info = &page["pageInfo"];
        assert_eq!(info["hasPreviousPage"], !after.is_empty());
        if info["hasNextPage"] == false {
            return ids;
        }
        after = format!(", after: {}", info["endCursor"]);
    }
}

/// Every id, read from the end seven at a time.
async fn backward(desk: &Desk, order: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut before = String::new();
    loop {
        let page = page(desk, order, &format!("last: 7{before}")).await;
        ids.splice(0..0, field(&page, "id"));
        let info = &page["pageInfo"];
        assert_eq!(info["hasNextPage"], !before.is_empty());
        if info["hasPreviousPage"] == false {
            return ids;
        }
        before = format!(", before: {}", info["startCursor"]);
    }
}

#[tokio::test]
async fn pages_in_every_order_and_from_both_ends_are_the_whole_list() {
    let desk = Desk::open().await;
    fill(&desk).await;
    for (order, column, count) in [
        ("OPENED_AT", "opened_at", COUNT),
        ("UPDATED_AT", "updated_at", COUNT),
        ("PRIORITY", "priority_rank", COUNT),
        ("APPOINTED_FOR", "appointed_for", 8),
    ] {
        for direction in ["ASC", "DESC"] {
            let order = format!("{{ field: {order}, direction: {direction} }}");
            let sql = format!(
                "select id from read.consultation_list where {column} is not null \
                 order by {column} {direction}, id {direction}"
            );
            let expected: Vec<uuid::Uuid> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(desk.database.pool()).await.unwrap();
            let expected: Vec<_> = expected.into_iter().map(crate::support::consultation_id).collect();
            assert_eq!(expected.len(), usize::try_from(count).unwrap());
            assert_eq!(forward(&desk, &order).await, expected, "forward by {order}");
            assert_eq!(backward(&desk, &order).await, expected, "backward by {order}");
            assert_eq!(page(&desk, &order, "first: 1").await["totalCount"], count, "{order}");
        }
    }
    desk.close().await;
}

#[tokio::test]
async fn a_page_does_not_move_when_something_new_comes_before_it() {
    let desk = Desk::open().await;
    fill(&desk).await;
    let order = "{ field: OPENED_AT, direction: DESC }";
    let first = page(&desk, order, "first: 5").await;
    let after = format!("first: 5, after: {}", first["pageInfo"]["endCursor"]);
    let second = field(&page(&desk, order, &after).await, "id");
    desk.consultation(new_id(), at(1_000), open(opening("brand new"))).await;
    desk.settled().await;
    assert_eq!(field(&page(&desk, order, &after).await, "id"), second);
    desk.close().await;
}

#[tokio::test]
async fn a_window_between_two_cursors_is_what_lies_between_them() {
    let desk = Desk::open().await;
    fill(&desk).await;
    let order = "{ field: OPENED_AT, direction: ASC }";
    let query =
        format!("{{ consultations(orderBy: {order}, first: 10) {{ edges {{ cursor node {{ id }} }} }} }}");
    let edges = desk.ask(&query).await["consultations"]["edges"].take();
    let window = format!("first: 50, after: {}, before: {}", edges[2]["cursor"], edges[6]["cursor"]);
    let expected: Vec<_> =
        (3..6).map(|index| edges[index]["node"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(field(&page(&desk, order, &window).await, "id"), expected);
    desk.close().await;
}
