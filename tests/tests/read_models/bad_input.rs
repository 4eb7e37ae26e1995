//! Whatever is wrong in a query is refused with a code and changes nothing.

use crate::support::{Desk, at, client_id, consultation_id, new_id, open, opening};

#[tokio::test]
async fn nonsense_is_refused_with_a_code() {
    let desk = Desk::open().await;
    desk.consultation(new_id(), at(0), open(opening("a"))).await;
    desk.settled().await;
    let of_another_order = desk.ask("{ consultations { edges { cursor } } }").await;
    let of_another_order = of_another_order["consultations"]["edges"][0]["cursor"].to_string();
    let client = client_id(new_id());
    let many = format!("[{}]", vec!["\"x\""; 101].join(", "));
    let long = "x".repeat(501);
    for query in [
        "{ consultations(first: 0) { totalCount } }".to_owned(),
        "{ consultations(first: -5) { totalCount } }".to_owned(),
        "{ consultations(first: 101) { totalCount } }".to_owned(),
        "{ consultations(first: 2147483647) { totalCount } }".to_owned(),
        "{ consultations(first: 1, last: 1) { totalCount } }".to_owned(),
        "{ consultations(after: \"nonsense\") { totalCount } }".to_owned(),
        format!(
            "{{ consultations(orderBy: {{ field: OPENED_AT }}, after: {of_another_order}) {{ totalCount }} }}"
        ),
        "{ consultations(filter: { text: \"a\\u0000b\" }) { totalCount } }".to_owned(),
        format!("{{ consultations(filter: {{ text: {long:?} }}) {{ totalCount }} }}"),
        format!("{{ consultations(filter: {{ team: {many} }}) {{ totalCount }} }}"),
        "{ consultations(filter: { team: [\"\\u0000\"] }) { totalCount } }".to_owned(),
        "{ consultations(filter: { opened: { from: \"9999-12-31T23:59:59Z\" } }) { totalCount } }".to_owned(),
        "{ consultations(filter: { opened: { before: \"-262143-01-01T00:00:00Z\" } }) { totalCount } }"
            .to_owned(),
        "{ consultations(filter: { assignee: [\"x\"] }) { totalCount } }".to_owned(),
        format!("{{ consultations(filter: {{ assignee: [{client:?}] }}) {{ totalCount }} }}"),
        "{ searchConsultations(text: \"  \") { totalCount } }".to_owned(),
        format!("{{ consultation(id: {client:?}) {{ topic }} }}"),
        "{ consultation(id: \"\") { topic } }".to_owned(),
        "{ node(id: \"AAAA\") { id } }".to_owned(),
        "{ consultations(minPosition: 1000) { totalCount } }".to_owned(),
        "{ events(first: 1000) { nodes { id } } }".to_owned(),
    ] {
        assert_eq!(desk.codes(&query).await, ["BAD_USER_INPUT"], "{query:.200}");
    }
    for query in [
        format!("{{ consultation(id: {:?}) {{ topic }} }}", consultation_id(new_id())),
        format!("{{ client(id: {client:?}) {{ name }} }}"),
        format!("{{ manager(id: {:?}) {{ name }} }}", crate::support::manager_id(new_id())),
        format!("{{ history(consultationId: {:?}) {{ totalCount }} }}", consultation_id(new_id())),
    ] {
        assert_eq!(desk.codes(&query).await, ["NOT_FOUND"], "{query}");
    }
    desk.close().await;
}
