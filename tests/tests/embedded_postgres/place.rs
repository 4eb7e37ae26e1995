//! Where the cluster and its socket live, and what is said when they cannot.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ledgerdesk_infrastructure::embedded_postgres::EmbeddedPostgres;

use crate::{Place, recall, remember};

#[tokio::test]
async fn a_data_directory_that_the_servers_account_cannot_enter_points_to_a_cluster_elsewhere() {
    let place = Place::private();
    let server = EmbeddedPostgres { durable: true, ..place.server() }.start().await.unwrap();
    let elsewhere = !server.home().starts_with(place.path());
    // Only root lends the server another account; anybody else's own account enters.
    assert_eq!(elsewhere, rustix::process::geteuid().is_root());
    remember(&server, 11).await;
    let home = server.home().to_owned();
    server.stop().await.unwrap();

    let server = EmbeddedPostgres { durable: true, ..place.server() }.start().await.unwrap();
    assert_eq!(server.home(), home, "the second start finds the same cluster");
    assert_eq!(recall(&server).await, 11);
    server.destroy().await.unwrap();
    assert!(!home.exists(), "the cluster elsewhere is removed as well");
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket_puts_it_elsewhere() {
    let place = Place::open();
    let deep = place.path().join("d".repeat(60)).join("e".repeat(60));
    let postgres = EmbeddedPostgres { data_dir: deep, ..place.server() };
    let server = postgres.start().await.unwrap();
    remember(&server, 13).await;
    let socket_dir = socket_dir(&server.url());
    assert!(!socket_dir.starts_with(place.path()));
    server.stop().await.unwrap();
    assert!(!socket_dir.exists(), "the socket's directory is left behind");

    let server = postgres.start().await.unwrap();
    assert_eq!(recall(&server).await, 13);
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn a_socket_directory_that_somebody_else_has_made_is_not_used() {
    let place = Place::open();
    let deep = place.path().join("d".repeat(60)).join("e".repeat(60));
    let postgres = EmbeddedPostgres { data_dir: deep, ..place.server() };
    let server = postgres.start().await.unwrap();
    let before = socket_dir(&server.url());
    server.stop().await.unwrap();
    // Open to everybody: not how we make them.
    fs::create_dir(&before).unwrap();
    fs::set_permissions(&before, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();

    let server = postgres.start().await.unwrap();
    assert_ne!(socket_dir(&server.url()), before);
    fs::remove_dir(&before).unwrap();
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn odd_signs_in_the_path_are_no_obstacle() {
    let place = Place::open();
    let odd = place.path().join("a b,c'd\"e%20 ö");
    let server = EmbeddedPostgres { data_dir: odd, ..place.server() }.start().await.unwrap();
    remember(&server, 17).await;
    assert_eq!(recall(&server).await, 17);
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn missing_binaries_are_answered_with_what_to_install() {
    let place = Place::open();
    let postgres = EmbeddedPostgres { postgres_bin: Some("/nowhere".into()), ..place.server() };
    let refused = postgres.start().await.unwrap_err();
    assert_eq!(refused.code(), "postgres_missing");
    assert!(refused.to_string().contains("/nowhere"), "{refused}");
}

#[tokio::test]
async fn a_cluster_without_its_passwords_is_not_overwritten() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    let inside = server.home().starts_with(place.path());
    assert!(inside, "the test needs the cluster in the data directory");
    server.stop().await.unwrap();
    let file = place.path().join("data/postgres.json");
    let kept = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let refused = place.server().start().await.unwrap_err();
    assert_eq!(refused.code(), "connection_file_lost");

    fs::write(&file, "{").unwrap();
    assert_eq!(place.server().start().await.unwrap_err().code(), "connection_file_broken");
    fs::write(&file, kept).unwrap();
    place.server().start().await.unwrap().destroy().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    let cluster = server.home().join("cluster");
    server.stop().await.unwrap();
    fs::rename(cluster.join("global/pg_control"), cluster.join("global/pg_control.away")).unwrap();
    let refused = place.server().start().await.unwrap_err();
    assert_eq!(refused.code(), "postgres_start_failed");
    assert!(refused.to_string().contains("pg_control"), "{refused}");
}

fn socket_dir(url: &str) -> PathBuf {
    let (_, host) = url.split_once("host=").unwrap();
    Path::new(host.split('&').next().unwrap()).to_owned()
}
