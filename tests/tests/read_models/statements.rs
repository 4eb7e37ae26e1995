//! A page costs the same number of statements, however many rows it has.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_graphql::Request;
use ledgerdesk_api::graphql::{caller::Role, loaders::Loaders};
use ledgerdesk_domain::{
    consultation::{Assign, ConsultationCommand, OpenConsultation},
    id::{ClientId, ManagerId},
};
use ledgerdesk_projections::consultation_versions::Sums;
use ledgerdesk_tests::node::Node;
use sqlx::PgPool;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::support::{Desk, at, caller, data, new_id, open, opening};

/// Counts the statements that sqlx logs; those with this text in it alone, if one is given.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicUsize>, &'static str);

/// Looks for a text in a statement, which is told twice where it is long.
struct Found<'a>(&'a str, bool);

impl Visit for Found<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let is_text = matches!(field.name(), "db.statement" | "summary");
        self.1 |= is_text && format!("{value:?}").contains(self.0);
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut found = Found(self.1, false);
        event.record(&mut found);
        self.0.fetch_add(usize::from(found.1), Ordering::Relaxed);
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

const PAST: &str = "{ consultations(asOf: { position: HEAD }, first: SIZE) { totalCount nodes {
    topic client { name } assignee { name } detail { description }
    handovers { nodes { state } } redates { nodes { number } } calls { nodes { outcome } } ratings { nodes { score } }
    messages(last: 3) { totalCount nodes { text } } history(last: 3) { nodes { eventType } }
} } }";

/// Where the page begins, the page, its count, clients and assignees; what is below them comes from the log, and is
/// ordered and cut by one statement for each kind and one for the count of messages.
const PAST_STATEMENTS: usize = 5 + 7;

#[tokio::test]
async fn a_page_of_the_past_reads_the_log_once_whatever_its_size() {
    let desk = Desk::open().await;
    let mut head = 0;
    for _ in 0..50 {
        let id = new_id();
        let opening = OpenConsultation { client_id: Some(ClientId(new_id())), ..opening("one of many") };
        desk.consultation(id, at(0), open(opening)).await;
        let assign = Assign { assignee: Some(ManagerId(new_id())), team: None, reason: None };
        head = desk.consultation(id, at(1), ConsultationCommand::Assign(assign)).await.0;
    }
    desk.settled().await;
    let pool = PgPool::connect(&desk.database.url()).await.unwrap();
    // A node whose reads of the log are told, too.
    let node = Node::open(&pool).await;
    let query = PAST.replace("HEAD", &head.to_string());
    for size in ["1", "10", "50"] {
        for (text, expected) in [("as w (stream_id", 1), ("read.", PAST_STATEMENTS)] {
            let statements = Statements(Arc::default(), text);
            let guard = tracing::subscriber::set_default(statements.clone());
            let caller = caller(desk.node.workspace, Role::Owner);
            let request = Request::new(query.replace("SIZE", size))
                .data(Loaders::new(&pool, &caller))
                .data(caller)
                .data(node.store.clone())
                // Without any yet, and not worth any.
                .data(Sums::new(pool.clone()));
            let nodes = data(desk.execute(request).await)["consultations"]["nodes"].take();
            drop(guard);
            assert_eq!(nodes.as_array().unwrap().len().to_string(), size);
            assert_eq!(statements.0.load(Ordering::Relaxed), expected, "{text} for {size}");
        }
    }
    node.close().await;
    pool.close().await;
    desk.close().await;
}
