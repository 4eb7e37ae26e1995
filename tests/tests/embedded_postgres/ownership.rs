//! Who owns the server of a data directory.

use ledgerdesk_tests::wait_until;

use crate::{Place, is_worked_in, mode, recall, remember};

#[tokio::test]
async fn what_is_stored_outlives_the_server_and_nothing_else_does() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    remember(&server, 7).await;
    let home = server.home().to_owned();
    server.stop().await.unwrap();
    assert!(!is_worked_in(&home), "a process is left behind");
    assert!(!home.join("cluster/postmaster.pid").exists());

    let server = place.server().start().await.unwrap();
    assert_eq!(recall(&server).await, 7);
    server.destroy().await.unwrap();
    assert!(!place.path().join("data").exists(), "destroy leaves the data directory");
}

#[tokio::test]
async fn passwords_and_data_are_private() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    let data = place.path().join("data");
    assert_eq!(mode(&data.join("postgres.json")), 0o600);
    assert_eq!(mode(&data.join("lock")), 0o600);
    assert_eq!(mode(server.home()), 0o700);
    assert!(!server.home().join("initdb.password").exists());
    assert!(!format!("{server:?}").contains(server.url().split([':', '@']).nth(2).unwrap()));
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn a_second_owner_is_refused_and_told_who_the_first_is() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    let refused = place.server().start().await.unwrap_err();
    assert_eq!(refused.code(), "data_dir_in_use");
    assert!(refused.to_string().contains(&format!("process {}", std::process::id())), "{refused}");
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn a_command_joins_the_running_server_and_leaves_it_running() {
    let place = Place::open();
    let owner = place.server().start().await.unwrap();
    let joined = place.server().start_or_join().await.unwrap();
    assert!(owner.is_owned() && !joined.is_owned());
    assert_eq!(joined.url(), owner.url());
    joined.stop().await.unwrap();
    remember(&owner, 1).await;
    let guest = place.server().start_or_join().await.unwrap();
    assert_eq!(guest.destroy().await.unwrap_err().code(), "postgres_not_owned");
    assert_eq!(recall(&owner).await, 1);
    owner.destroy().await.unwrap();
}

#[tokio::test]
async fn a_command_that_comes_while_the_server_starts_waits_for_it() {
    let place = Place::open();
    let (first, second) = (place.server(), place.server());
    let (first, second) = tokio::join!(first.start_or_join(), second.start_or_join());
    let (first, second) = (first.unwrap(), second.unwrap());
    assert!(first.is_owned() != second.is_owned(), "exactly one owns it");
    let (owner, guest) = if first.is_owned() { (first, second) } else { (second, first) };
    guest.stop().await.unwrap();
    owner.destroy().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_dropped_is_told_to_stop() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    let home = server.home().to_owned();
    drop(server);
    wait_until("the dropped server has ended", async || !is_worked_in(&home)).await;
}

#[tokio::test]
async fn the_application_role_is_no_superuser() {
    use sqlx::Connection as _;
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    for (url, expected) in [(server.url(), false), (server.admin_url(), true)] {
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        let superuser: bool =
            sqlx::query_scalar("select rolsuper from pg_roles where rolname = current_user")
                .fetch_one(&mut connection)
                .await
                .unwrap();
        assert_eq!(superuser, expected);
    }
    server.destroy().await.unwrap();
}
