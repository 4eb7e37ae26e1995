//! The disk under PostgreSQL fills up: its tables cannot grow, its write-ahead log neither, and it may end over it.

use ledgerdesk_tests::{
    faults::{Disk, Plan, Postgres, Run, chance::scaled},
    skipped,
};

/// Room for a server, its write-ahead log and the load.
const MEGABYTES: u32 = 600;
/// How many refusals show that nothing gets through.
const REFUSED: usize = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_refuses_what_it_cannot_keep_and_takes_it_when_there_is_room() {
    let Some(disk) = Disk::mount(MEGABYTES) else {
        return skipped("a_disk_that_fills_up", "the right to mount a file system");
    };
    let postgres = Postgres::start_in(disk.path().join("data")).await;
    let urls = vec![postgres.url(); 2];
    let mut run = Run::start_on(Plan::new("full disk"), postgres, urls).await;
    for _ in 0..scaled(2, 10) {
        disk.fill();
        run.did("full disk");
        run.refusals(REFUSED).await;
        disk.clear();
        run.progress(50).await;
    }
    run.judge().await;
}
