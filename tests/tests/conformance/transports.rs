//! HTTP, WebSocket and event streams, as others see them.

use std::{path::Path, process::Command};

use ledgerdesk_tests::{
    TestDatabase,
    server::{OWNER_KEY, Server, ledgerdesk},
};

use crate::packages::{text, transports};

/// Runs a script against this server; what it said.
fn run(directory: &Path, script: &str, server: &Server) -> String {
    let output = Command::new("node")
        .args(["--test-reporter=spec", script])
        .current_dir(directory)
        .env("LEDGERDESK_ADDRESS", &server.address)
        .env("LEDGERDESK_KEY", OWNER_KEY)
        .output()
        .unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{script}: {said}");
    said
}

/// Runs a script of tests, which says how many passed.
async fn passes(script: &str, at_least: usize) {
    let Some(directory) = transports(script) else { return };
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let said = run(directory, script, &server);
    let count = |what: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(&format!("ℹ {what} ")));
        line.and_then(|number| number.parse::<usize>().ok()).unwrap_or_else(|| panic!("{script}: {said}"))
    };
    assert_eq!(count("fail") + count("cancelled") + count("skipped"), 0, "{said}");
    assert!(count("pass") >= at_least, "{said}");
    println!("{script}: {} passed", count("pass"));
}

#[tokio::test]
async fn every_audit_of_graphql_over_http_passes() {
    let Some(directory) = transports("the audits of GraphQL over HTTP") else { return };
    let database = TestDatabase::new().await;
    let server = Server::start(&database.url());
    let said = run(directory, "audits.mjs", &server);
    assert!(said.contains("61 of 61 audits"), "{said}");
    println!("{said}");
}

#[tokio::test]
async fn the_draft_differs_from_the_audits_only_where_it_says_so() {
    /// What cannot be executed is an error in every media type, and 422; `*/*` and no `Accept` get the newer media
    /// type. All of it the audits recommend otherwise or leave open; none of it they demand.
    const RECOMMENDED: [&str; 6] = ["47DE", "80D8", "572B", "FDE2", "7B9B", "86EE"];
    let Some(directory) = transports("the audits of the draft") else { return };
    let database = TestDatabase::new().await;
    let mut command = ledgerdesk(&database.url());
    let server = Server::spawn(command.env("LEDGERDESK_GRAPHQL_STATUSES", "draft"));
    let said = run(directory, "audits.mjs", &server);
    let differing = |status: &str| -> Vec<&str> {
        let lines = said.lines().filter_map(|line| line.strip_prefix(&format!("{status} ")));
        lines.filter_map(|line| line.split(' ').next()).collect()
    };
    let mut recommended = RECOMMENDED;
    recommended.sort_unstable();
    let mut warned = differing("warn");
    warned.sort_unstable();
    assert_eq!((differing("error"), warned), (vec![], recommended.to_vec()), "{said}");
    let open: Vec<&str> = said.lines().filter(|line| line.starts_with("notice ")).collect();
    assert!(open.len() == 18 && open.iter().all(|line| line.contains("MAY use 400")), "{said}");
    println!("{said}");
}

#[tokio::test]
async fn the_websocket_protocol_is_spoken_case_by_case_as_by_the_reference() {
    passes("websocket.mjs", 51).await;
}

#[tokio::test]
async fn event_streams_serve_the_client_of_their_protocol() {
    passes("stream.mjs", 5).await;
}

#[tokio::test]
async fn the_clients_that_front_ends_use_are_served() {
    passes("clients.mjs", 3).await;
}
