//! `ledgerdesk keys`

use ledgerdesk_infrastructure::auth::KeySecret;
use rustix::process::Signal;

use crate::{Place, err, out};

const ME: &str = "{ me { role } }";

#[test]
fn a_created_key_opens_the_api_until_it_is_revoked() {
    let place = Place::new();
    let server = place.serve(&[]);
    let created = place.run(&["keys", "create", "--role", "analyst", "--name", "dashboards"]);
    assert!(created.status.success(), "{}", err(&created));
    let key = out(&created).trim().to_owned();
    let (status, body) = server.query(&key, ME);
    assert!(status == 200 && body.contains("ANALYST"), "{status} {body}");

    let listed = out(&place.run(&["keys", "list"]));
    assert!(listed.contains("dashboards") && listed.contains("analyst"), "{listed}");
    assert!(listed.contains(&key[..12]) && !listed.contains(&key), "{listed}");

    let revoked = place.run(&["keys", "revoke", &key[..12]]);
    assert!(revoked.status.success(), "{}", err(&revoked));
    let since = std::time::Instant::now();
    while server.query(&key, ME).0 != 401 {
        assert!(since.elapsed() < crate::PATIENCE, "a revoked key still opens the API");
    }
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn the_last_owner_key_is_not_revoked_by_accident() {
    let place = Place::new();
    let key = KeySecret::generate();
    let list = place.command(&["keys", "list"]).env("LEDGERDESK_BOOTSTRAP_KEY", key.reveal()).output();
    assert!(!out(&list.unwrap()).contains("owner"), "only a start that needs a workspace creates one");
    let started = place
        .command(&["projections", "list"])
        .env("LEDGERDESK_BOOTSTRAP_KEY", key.reveal())
        .output()
        .unwrap();
    assert!(started.status.success(), "{}", err(&started));
    let refused = place.run(&["keys", "revoke", &key.reveal()[..12]]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("code: last_owner_key"), "{}", err(&refused));
    let unknown = place.run(&["keys", "revoke", "ldk_nobody"]);
    assert!(err(&unknown).contains("code: key_not_found"), "{}", err(&unknown));
}
