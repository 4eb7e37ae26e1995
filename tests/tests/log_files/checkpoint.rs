//! A signed checkpoint proves that history before it has not changed, or that it has.

use std::{fs, path::Path};

use ledgerdesk_tests::{
    TestDatabase,
    server::{Server, done, ledgerdesk, run, said},
    wait_until,
};
use rustix::process::Signal;
use sqlx::Executor as _;

use crate::support::{Place, edit, export, line_of, lines, reseal, text, two_workspaces, verify_with};

/// A key pair: the private key's file and the public key.
fn key_pair(place: &Place, name: &str) -> (String, String) {
    let private = place.path(name);
    let public = done("postgres://nobody@127.0.0.1:1/nothing", &["log", "signing-key", "--new", &private]);
    (private, public.trim().to_owned())
}

/// Signs a checkpoint of the log as it is; the file.
fn sign(database: &TestDatabase, place: &Place, private: &str) -> String {
    let signed = ledgerdesk(&database.url())
        .env("LEDGERDESK_SIGNING_KEY_FILE", private)
        .args(["log", "checkpoint", "--out", &place.path("checkpoints")])
        .output()
        .unwrap();
    assert!(signed.status.success(), "{}", said(&signed));
    said(&signed).trim().to_owned()
}

fn proof<'a>(file: &'a str, key: &'a str) -> [&'a str; 4] {
    ["--checkpoint", file, "--public-key", key]
}

#[tokio::test]
async fn a_checkpoint_proves_the_history_before_it_in_the_database_and_in_exports() {
    let (database, place) = (two_workspaces(9).await, Place::new());
    let (private, public) = key_pair(&place, "signing.key");
    let file = sign(&database, &place, &private);
    assert!(file.ends_with("checkpoint-e1-p000000000009.json"), "{file}");
    let proof = proof(&file, &public);
    let holds = "holds: nothing up to position 9 has changed since";
    assert!(done(&database.url(), &[&["log", "verify"], &proof[..]].concat()).contains(holds));
    // The log goes on, in both workspaces and in a third.
    grow(&database).await;
    assert!(
        done(&database.url(), &[&["log", "verify", "--workers", "3"], &proof[..]].concat()).contains(holds)
    );
    let whole = place.path("whole.ndjson.gz");
    export(&database, &whole, &[]);
    assert!(verify_with(&whole, &proof).unwrap().contains(holds));
    // A workspace alone, to which its entry in the list is the proof; the key from a file.
    let key_file = place.file("auditor.pub", &public);
    let workspace: uuid::Uuid =
        sqlx::query_scalar("select workspace_id from ledgerdesk.events where position = 1")
            .fetch_one(database.pool())
            .await
            .unwrap();
    let alone = place.path("alone.ndjson");
    export(&database, &alone, &["--workspace", &workspace.to_string()]);
    let said = verify_with(&alone, &["--checkpoint", &file, "--public-key", &key_file]).unwrap();
    assert!(said.contains(holds) && said.contains("1 workspace(s), a part of the log"), "{said}");
}

async fn grow(database: &TestDatabase) {
    let node = ledgerdesk_tests::node::Node::open(database.pool()).await;
    for topic in ["one", "two"] {
        node.open_consultation(None, topic).await;
    }
    node.close().await;
}

#[tokio::test]
async fn a_history_that_was_written_anew_is_refuted_although_its_chain_holds() {
    let (signed, forged, place) = (two_workspaces(9).await, two_workspaces(12).await, Place::new());
    let (private, public) = key_pair(&place, "signing.key");
    let file = sign(&signed, &place, &private);
    let proof = proof(&file, &public);
    assert!(done(&forged.url(), &["log", "verify"]).contains("whole"), "nothing else tells them apart");
    let refuted = run(&forged.url(), &[&["log", "verify"], &proof[..]].concat());
    assert!(said(&refuted).contains("code: checkpoint_differs"), "{}", said(&refuted));
    let whole = place.path("forged.ndjson");
    export(&forged, &whole, &[]);
    assert!(verify_with(&whole, &proof).unwrap_err().contains("code: checkpoint_differs"));
}

#[tokio::test]
async fn an_end_that_was_cut_off_cleanly_is_missed_by_a_checkpoint() {
    let (database, place) = (two_workspaces(9).await, Place::new());
    let (private, public) = key_pair(&place, "signing.key");
    let file = sign(&database, &place, &private);
    let mut lines = lines(&database, &place, &[]);
    let end = line_of(&lines, 8);
    lines.drain(end..lines.len() - 1);
    edit(lines.last_mut().unwrap(), |trailer| trailer["commands"] = 0.into());
    reseal(&mut lines);
    let cut = place.file("cut.ndjson", text(&lines));
    assert!(verify_with(&cut, &[]).is_ok(), "nothing else tells");
    let said = verify_with(&cut, &proof(&file, &public)).unwrap_err();
    assert!(said.contains("the log ends at position 7, but was signed up to 9"), "{said}");
    assert!(said.contains("code: checkpoint_beyond"), "{said}");

    let mut owner = database.owner().await;
    owner
        .execute(
            "alter table ledgerdesk.events disable trigger all;
             delete from ledgerdesk.events where position > 7;
             delete from ledgerdesk.streams where last_position > 7;
             delete from ledgerdesk.commands where position > 7",
        )
        .await
        .unwrap();
    let missed = run(&database.url(), &[&["log", "verify"], &proof(&file, &public)[..]].concat());
    assert!(ledgerdesk_tests::server::said(&missed).contains("code: checkpoint_beyond"));
}

#[tokio::test]
async fn a_checkpoint_counts_only_with_its_key_and_unchanged() {
    let (database, place) = (two_workspaces(5).await, Place::new());
    let (private, public) = key_pair(&place, "signing.key");
    let (_, other) = key_pair(&place, "other.key");
    let file = sign(&database, &place, &private);
    let whole = place.path("whole.ndjson");
    export(&database, &whole, &[]);
    let refusal = |file: &str, key: &str| verify_with(&whole, &proof(file, key)).unwrap_err();
    assert!(refusal(&file, &other).contains("code: checkpoint_foreign_key"));
    assert!(refusal(&file, "AAAA").contains("code: public_key_invalid"));
    let signed = fs::read_to_string(&file).unwrap();
    let forged = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut text = signed.clone();
        edit(&mut text, change);
        place.file("forged.json", text)
    };
    for change in [
        |checkpoint: &mut serde_json::Value| checkpoint["statement"]["epoch"] = 2.into(),
        |checkpoint: &mut serde_json::Value| checkpoint["statement"]["taken_at"] = 1.into(),
        |checkpoint: &mut serde_json::Value| checkpoint["workspaces"][0][1] = 4.into(),
        |checkpoint: &mut serde_json::Value| drop(checkpoint["workspaces"].as_array_mut().unwrap().pop()),
    ] {
        assert!(refusal(&forged(&change), &public).contains("code: checkpoint_signature_invalid"));
    }
    // Somebody else's name on it, and the own signature under it.
    let renamed = forged(&|checkpoint| checkpoint["public_key"] = other.clone().into());
    assert!(refusal(&renamed, &other).contains("code: checkpoint_signature_invalid"));
    let said = refusal(&place.file("none.json", "{}"), &public);
    assert!(said.contains("code: checkpoint_malformed"), "{said}");
}

/// The files of the documentation are of the first version of both formats: they verify for ever.
#[test]
fn the_example_of_the_documentation_holds() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/example");
    let [log, checkpoint, key] = ["log.ndjson", "checkpoint-e1-p000000000003.json", "auditor.pub"]
        .map(|name| example.join(name).to_str().unwrap().to_owned());
    let said = verify_with(&log, &["--checkpoint", &checkpoint, "--public-key", &key]).unwrap();
    assert!(said.contains("holds: nothing up to position 3") && said.contains("3 events of 1 workspace(s)."));
}

#[tokio::test]
async fn a_server_writes_checkpoints_where_it_is_told_to() {
    let (database, place) = (TestDatabase::new().await, Place::new());
    let (private, public) = key_pair(&place, "signing.key");
    let directory = place.path("checkpoints");
    let mut command = ledgerdesk(&database.url());
    command
        .env("LEDGERDESK_CHECKPOINT_DIR", &directory)
        .env("LEDGERDESK_CHECKPOINT_EVERY_SECONDS", "1")
        .env("LEDGERDESK_SIGNING_KEY_FILE", &private);
    let mut server = Server::spawn(&mut command);
    let position =
        server.mutate("openConsultation", serde_json::json!({ "topic": "New", "channel": "SITE" })).await;
    let name = format!("checkpoint-e1-p{:012}.json", position["position"].as_i64().unwrap());
    let file = Path::new(&directory).join(name);
    wait_until("the log's growth is signed", async || file.exists()).await;
    assert_eq!(server.stop(Signal::TERM), Some(0));
    let proof = proof(file.to_str().unwrap(), &public);
    assert!(done(&database.url(), &[&["log", "verify"], &proof[..]].concat()).contains("holds"));
    let parts = fs::read_dir(&directory).unwrap().filter(|entry| {
        entry.as_ref().unwrap().path().extension().is_none_or(|extension| extension != "json")
    });
    assert_eq!(parts.count(), 0, "nothing half-written lies there");
}

#[tokio::test]
async fn checkpoints_without_a_key_are_refused_at_once() {
    let (database, place) = (TestDatabase::new().await, Place::new());
    let ask = |more: &[(&str, &str)], arguments: &[&str]| {
        let mut command = ledgerdesk(&database.url());
        command.envs(more.iter().copied()).args(arguments);
        said(&command.output().unwrap())
    };
    let directory = place.path("checkpoints");
    let directory = ("LEDGERDESK_CHECKPOINT_DIR", directory.as_str());
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["config", "check"], &["log", "checkpoint"]]
    {
        let refused = ask(&[directory], arguments);
        assert!(refused.contains("code: signing_key_missing"), "{arguments:?}: {refused}");
    }
    let broken = place.file("broken.key", "no key");
    let refused = ask(&[("LEDGERDESK_SIGNING_KEY_FILE", &broken)], &["log", "signing-key"]);
    assert!(refused.contains("code: signing_key_invalid"), "{refused}");
    let (private, public) = key_pair(&place, "signing.key");
    let key = fs::read_to_string(&private).unwrap();
    assert!(ask(&[("LEDGERDESK_SIGNING_KEY", key.trim())], &["log", "signing-key"]).contains(&public));
    let again = ask(&[], &["log", "signing-key", "--new", &private]);
    assert!(again.contains("code: signing_key_io"), "a key is never overwritten: {again}");
    let empty = ask(&[("LEDGERDESK_SIGNING_KEY_FILE", &private)], &["log", "checkpoint"]);
    assert!(empty.contains("code: log_empty"), "{empty}");
}
