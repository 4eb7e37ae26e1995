//! The shipped mappings, all the way into the log.

use std::sync::Arc;

use ledgerdesk_infrastructure::{
    event_store::verify,
    import::{Mapping, Silent},
};
use ledgerdesk_tests::{TestDatabase, node::Node};

use crate::support::{counts, import, shared_log};

#[tokio::test(flavor = "multi_thread")]
async fn the_help_desk_log_goes_in_once_and_whole() {
    let Some(path) = shared_log("the help desk log", "helpdesk/helpdesk.csv.gz") else { return };
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let mapping = Mapping::load("helpdesk").unwrap();
    let first = import(&node, mapping.clone(), &path, Arc::new(Silent)).await.unwrap();
    assert_eq!((first.rows, first.written, first.consultations), (21_348, 21_348, 4_580));
    let before = counts(&database).await;
    assert_eq!(before, (i64::try_from(first.event_count()).unwrap(), 4_580));

    let second = import(&node, mapping, &path, Arc::new(Silent)).await.unwrap();
    assert_eq!((second.skipped, second.skipped_cases, second.event_count()), (21_348, 4_580, 0));
    assert_eq!(counts(&database).await, before);
    let verification = verify(database.pool(), |_, _| {}).await.unwrap();
    assert!(verification.finding.is_none(), "{:?}", verification.finding);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_go_in_with_their_outcomes() {
    let Some(path) = shared_log("the calls", "calls_telecom_2021/calls.csv") else { return };
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let mapping = Mapping::load("calls_telecom_2021").unwrap();
    import(&node, mapping, &path, Arc::new(Silent)).await.unwrap();
    let outcomes: Vec<(String, i64)> = sqlx::query_as(
        "select payload ->> 'outcome', count(*) from ledgerdesk.events
         where event_type = 'CallLogged' group by 1 order by 1",
    )
    .fetch_all(database.pool())
    .await
    .unwrap();
    assert_eq!(outcomes, [("ANSWERED".to_owned(), 4_054), ("NO_ANSWER".to_owned(), 946)]);
}
