//! What commands answer when they are asked the wrong thing.

use crate::{Place, err, out};

#[test]
fn wrong_usage_and_wrong_settings_end_with_2() {
    let place = Place::new();
    for arguments in [&["sing"][..], &["keys", "create", "--role", "king", "--name", "x"], &["import", "x"]] {
        assert_eq!(place.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let faulty = place
        .command(&["config", "check"])
        .env("LEDGERDESK_POOL_SIZE", "many")
        .env("LEDGERDESK_LISTEN", "8080")
        .output()
        .unwrap();
    assert_eq!(faulty.status.code(), Some(2));
    let said = err(&faulty);
    assert!(said.contains("LEDGERDESK_POOL_SIZE") && said.contains("LEDGERDESK_LISTEN"), "{said}");
    assert!(said.contains("code: configuration_invalid"), "{said}");
}

#[test]
fn a_flag_wins_over_the_environment() {
    let place = Place::new();
    let mut command = place.command(&["config", "check", "--data-dir", "here"]);
    let checked = command.env("LEDGERDESK_DATA_DIR", "there").output().unwrap();
    assert!(out(&checked).contains("in here,"), "{}", out(&checked));
}

#[test]
fn missing_binaries_are_answered_with_what_to_install() {
    let place = Place::new();
    let mut command = place.command(&["migrate"]);
    let refused = command.env("LEDGERDESK_POSTGRES_BIN", "/nowhere").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("code: postgres_missing"), "{}", err(&refused));
}

#[test]
fn a_database_elsewhere_needs_a_master_key_and_an_answer() {
    let place = Place::new();
    let url = "postgres://nobody:secret@127.0.0.1:1/nothing";
    let unkeyed = place.run(&["config", "check", "--database-url", url]);
    assert!(err(&unkeyed).contains("code: master_key_missing"), "{}", err(&unkeyed));
    let unreachable = place.run(&["migrate", "--database-url", url]);
    assert!(err(&unreachable).contains("code: database_unreachable"), "{}", err(&unreachable));
    assert!(!err(&unreachable).contains("secret"), "{}", err(&unreachable));
    assert!(!place.path().join(".ledgerdesk").exists(), "nothing is started beside it");
}

#[test]
fn the_schema_is_the_committed_one() {
    let place = Place::new();
    let printed = place.run(&["schema"]);
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    assert_eq!(out(&printed).trim_end(), committed.trim_end());
}

#[test]
fn an_import_says_what_is_wrong_before_it_starts_anything() {
    let place = Place::new();
    let unknown = place.run(&["import", "--mapping", "nothing", "log.csv"]);
    assert!(err(&unknown).contains("code: unknown_mapping"), "{}", err(&unknown));
    let missing = place.run(&["import", "--mapping", "helpdesk", "--dry-run", "log.csv"]);
    assert!(err(&missing).contains("code: unreadable_file"), "{}", err(&missing));
    assert!(!place.path().join(".ledgerdesk").exists(), "nothing was started");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let place = Place::new();
    let mut command = place.command(&["schema"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && err(&ended).is_empty(), "{}", err(&ended));
}
