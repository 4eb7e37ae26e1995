//! A page costs the same number of statements, however many rows it has.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_domain::{
    consultation::{Assign, ConsultationCommand, OpenConsultation},
    id::{ClientId, ManagerId},
};
use sqlx::PgPool;
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{Desk, at, caller, data, new_id, open, opening};

/// Counts the statements that sqlx logs.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

const QUERY: &str = "{ consultations(first: SIZE) { nodes {
    client { name } assignee { name } detail { description }
    handovers { nodes { assignedTo { name } } } redates { nodes { number } } calls { nodes { outcome } }
    ratings { nodes { score } } messages(last: 3) { totalCount nodes { text } }
    history(last: 3) { nodes { eventType actor { manager { name } } } }
} } }";

/// One for the page and one for each kind of reference: client, assignee, detail, handovers, redates, calls,
/// ratings, messages and their count, history.
const STATEMENTS: usize = 11;

const OF_PEOPLE: &str = "{ managers(first: SIZE) { nodes {
    consultations(first: 2) { totalCount nodes { topic client { consultations { nodes { assignee { name } } } } } }
    handovers { nodes { state } } redates { nodes { number } } calls { nodes { outcome } }
    ratings { nodes { score } }
} } }";

/// The page; consultations and their count; below them clients, their consultations, the assignees of these;
/// handovers, redates, calls, ratings.
const OF_PEOPLE_STATEMENTS: usize = 10;

#[tokio::test]
async fn references_of_a_page_are_one_statement_each() {
    let desk = Desk::open().await;
    for _ in 0..50 {
        let id = new_id();
        let opening = OpenConsultation { client_id: Some(ClientId(new_id())), ..opening("one of many") };
        desk.consultation(id, at(0), open(opening)).await;
        let assign = Assign { assignee: Some(ManagerId(new_id())), team: None, reason: None };
        desk.consultation(id, at(1), ConsultationCommand::Assign(assign)).await;
    }
    desk.settled().await;

    // Unlike the pools of the program, this one logs its statements.
    let pool = PgPool::connect(&desk.database.url()).await.unwrap();
    for (query, root, expected) in
        [(QUERY, "consultations", STATEMENTS), (OF_PEOPLE, "managers", OF_PEOPLE_STATEMENTS)]
    {
        for size in ["1", "10", "50"] {
            let statements = Statements::default();
            let guard = tracing::subscriber::set_default(statements.clone());
            let caller = caller(desk.node.workspace, Role::Owner);
            let response = desk.respond(&query.replace("SIZE", size), caller, &pool).await;
            drop(guard);
            let nodes = data(response)[root]["nodes"].as_array().unwrap().len();
            assert_eq!(nodes.to_string(), size);
            assert_eq!(statements.0.load(Ordering::Relaxed), expected, "for {size} {root}");
        }
    }
    pool.close().await;
    desk.close().await;
}
