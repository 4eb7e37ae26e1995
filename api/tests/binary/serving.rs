//! Starts, stops and deaths of `serve`.

use std::{fs, os::unix::fs::MetadataExt as _};

use rustix::process::Signal;

use crate::{Place, err, out};

const ME: &str = "{ me { role } logHead { position } }";

#[test]
fn the_first_start_says_how_to_use_it_and_the_second_keeps_everything() {
    let place = Place::new();
    let key_file = place.path().join(".ledgerdesk/owner.key");
    let server = place.serve(&[]);
    let key = fs::read_to_string(&key_file).unwrap().trim().to_owned();
    assert_eq!(fs::metadata(&key_file).unwrap().mode() & 0o777, 0o600);
    assert!(server.greeting.contains(&key) && server.greeting.contains("/graphiql"), "{}", server.greeting);
    let (status, body) = server.query(&key, ME);
    assert!(status == 200 && body.contains("OWNER"), "{status} {body}");
    assert_eq!(server.query("ldk_wrong", ME).0, 401);
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
    assert!(!place.is_worked_in(), "a process is left behind");

    let server = place.serve(&[]);
    assert!(!server.greeting.contains(&key), "the key is shown again");
    assert!(server.greeting.contains("owner.key"), "{}", server.greeting);
    let (status, body) = server.query(&key, ME);
    assert!(status == 200 && body.contains("OWNER"), "{status} {body}");
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_second_server_on_the_same_directory_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let server = place.serve(&[]);
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("code: data_dir_in_use"), "{}", err(&refused));
    assert!(err(&refused).contains("ledgerdesk serve"), "{}", err(&refused));
    let taken = place.run(&["serve", "--listen", &server.address]);
    assert!(err(&taken).contains("code: address_unavailable"), "{}", err(&taken));
    assert_eq!(server.query("ldk_wrong", ME).0, 401);
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_killed_server_leaves_nothing_that_the_next_start_cannot_use() {
    let place = Place::new();
    let server = place.serve(&[]);
    let key = fs::read_to_string(place.path().join(".ledgerdesk/owner.key")).unwrap();
    server.signal(Signal::KILL);
    assert_eq!(server.ended(), None);
    assert!(place.is_worked_in(), "the database outlives its killed owner");

    let server = place.serve(&[]);
    let (status, body) = server.query(key.trim(), ME);
    assert!(status == 200 && body.contains("OWNER"), "{status} {body}");
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
    assert!(!place.is_worked_in(), "a process is left behind");
}

#[test]
fn commands_work_beside_a_running_server() {
    let place = Place::new();
    let server = place.serve(&[]);
    let verified = place.run(&["log", "verify"]);
    assert!(out(&verified).contains("The log is whole"), "{}{}", out(&verified), err(&verified));
    let listed = place.run(&["projections", "list"]);
    assert!(out(&listed).contains("consultation_list"), "{}{}", out(&listed), err(&listed));
    assert_eq!(server.query("ldk_wrong", ME).0, 401, "the server still serves");
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_first_start_may_write_a_demo_and_a_later_one_does_not_add_to_it() {
    let place = Place::new();
    let count = "{ consultations { totalCount } }";
    let server = place.serve(&["--demo=20"]);
    assert!(server.greeting.contains("20 consultations"), "{}", server.greeting);
    let key = fs::read_to_string(place.path().join(".ledgerdesk/owner.key")).unwrap();
    server.wait_for(key.trim(), count, "\"totalCount\":20");
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));

    let again = place.run(&["demo", "--count", "20"]);
    assert!(out(&again).contains("The demo is there already"), "{}{}", out(&again), err(&again));
    let server = place.serve(&["--demo=30"]);
    assert!(!server.greeting.contains("consultations,"), "{}", server.greeting);
    server.wait_for(key.trim(), count, "\"totalCount\":20");
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
}
