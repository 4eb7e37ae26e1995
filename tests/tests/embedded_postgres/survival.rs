//! Deaths of the server and of its owner.

use std::{
    fs,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    process::{Command, Stdio},
};

use ledgerdesk_infrastructure::{
    db::{self, PoolSettings},
    embedded_postgres::EmbeddedPostgres,
};
use ledgerdesk_tests::wait_until;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection};

use crate::{Place, is_worked_in, recall, remember};

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

#[tokio::test]
async fn a_killed_server_is_started_again_at_the_same_address() {
    let place = Place::open();
    // Durable: what was committed before the kill must be there after it.
    let server = EmbeddedPostgres { durable: true, ..place.server() }.start().await.unwrap();
    remember(&server, 5).await;
    let first = server.server_pid().unwrap();
    kill(first);
    wait_until("another server runs", async || server.server_pid().is_some_and(|pid| pid != first)).await;
    assert_eq!(recall(&server).await, 5);
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn the_server_of_a_killed_owner_is_taken_over() {
    let place = Place::open();
    let mut owner = own_in_another_process(&place);
    let data = wait_for_data_dir(&place).await;
    let guest = EmbeddedPostgres::new(&data).start_or_join().await.unwrap();
    assert!(!guest.is_owned());
    remember(&guest, 3).await;
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(is_worked_in(guest.home()), "the server outlives its killed owner");

    let heir = EmbeddedPostgres { durable: false, ..EmbeddedPostgres::new(&data) }.start().await.unwrap();
    assert!(heir.is_owned());
    assert_eq!(recall(&heir).await, 3);
    let home = heir.home().to_owned();
    heir.destroy().await.unwrap();
    assert!(!is_worked_in(&home), "a process is left behind");
}

#[tokio::test]
async fn what_a_killed_owner_of_a_throw_away_server_left_can_be_removed() {
    let place = Place::open();
    let mut owner = own_in_another_process(&place);
    let data = wait_for_data_dir(&place).await;
    let guest = EmbeddedPostgres::new(&data).start_or_join().await.unwrap();
    assert!(!EmbeddedPostgres::remove_abandoned(&data).await.unwrap(), "it is still owned");
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(EmbeddedPostgres::remove_abandoned(&data).await.unwrap());
    assert!(!is_worked_in(guest.home()) && !data.exists());
}

#[tokio::test]
async fn a_stale_pid_file_that_names_a_stranger_is_no_obstacle() {
    let place = Place::open();
    let server = place.server().start().await.unwrap();
    remember(&server, 9).await;
    let cluster = server.home().join("cluster");
    let pid_file = fs::read_to_string(cluster.join("postmaster.pid")).unwrap();
    server.stop().await.unwrap();

    // A process of the server's account, or else PostgreSQL itself would take no notice of it.
    let owner = fs::metadata(&cluster).unwrap();
    let mut sleep = Command::new("sleep");
    let mut stranger = sleep.arg("60").current_dir("/").uid(owner.uid()).gid(owner.gid()).spawn().unwrap();
    let (_, rest) = pid_file.split_once('\n').unwrap();
    fs::write(cluster.join("postmaster.pid"), format!("{}\n{rest}", stranger.id())).unwrap();

    let server = place.server().start().await.unwrap();
    assert_eq!(recall(&server).await, 9);
    assert!(stranger.try_wait().unwrap().is_none(), "the stranger was ended");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn connections_made_before_a_restart_are_replaced() {
    let place = Place::open();
    let server = EmbeddedPostgres { durable: true, ..place.server() }.start().await.unwrap();
    let pool = db::connect(&server.url(), PoolSettings::default()).await.unwrap();
    kill(server.server_pid().unwrap());
    wait_until("the pool works again", async || sqlx::query("select 1").execute(&pool).await.is_ok()).await;
    pool.close().await;
    server.destroy().await.unwrap();
}

#[tokio::test]
async fn a_half_made_cluster_is_made_anew() {
    let place = Place::open();
    let half = place.path().join("data/postgres/cluster.new-killed");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    let server = place.server().start().await.unwrap();
    assert!(!half.exists());
    PgConnection::connect(&server.url()).await.unwrap();
    server.destroy().await.unwrap();
}

/// A `with-postgres` whose data directory lies in this place.
fn own_in_another_process(place: &Place) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_with-postgres"))
        .args(["sleep", "300"])
        .env("TMPDIR", place.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

async fn wait_for_data_dir(place: &Place) -> std::path::PathBuf {
    let find = || {
        let entry = fs::read_dir(place.path()).unwrap().flatten().next()?;
        // The lock file is there a moment before the lock is held; the connection is written under it.
        entry.path().join("postgres.json").exists().then(|| entry.path())
    };
    wait_until("the other process holds its data directory", async || find().is_some()).await;
    find().unwrap()
}
