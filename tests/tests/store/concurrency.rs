//! One order: delivered = committed = 1..head, whatever happens.

use std::sync::Arc;

use ledgerdesk_domain::{
    consultation::{AddNote, Consultation, ConsultationCommand, Party},
    id::NoteId,
    stream::{ExpectedVersion, Position, StreamVersion},
};
use ledgerdesk_infrastructure::{
    clock::{IdSource as _, SystemClock, SystemIds},
    command::CommandError,
    event_store::{AppendError, AppenderLimits, Cursor, verify},
};
use ledgerdesk_tests::{
    TestDatabase,
    node::{Node, key, open},
};

const WRITERS: usize = 16;
const COMMANDS: usize = 60;

/// Reads until `head`, and answers the positions in the order of delivery.
async fn tail(node: Node, head: tokio::sync::oneshot::Receiver<Position>) -> Vec<i64> {
    let mut follower = node.store.follow(Cursor::START).await.unwrap();
    let mut delivered = Vec::new();
    let mut head = std::pin::pin!(head);
    let mut end = None;
    while end.is_none_or(|end: Position| delivered.last().copied().unwrap_or(0) < end.0) {
        tokio::select! {
            page = follower.next_page(100) => {
                delivered.extend(page.unwrap().events.iter().map(|event| event.position.0));
            }
            position = &mut head, if end.is_none() => end = Some(position.unwrap()),
        }
    }
    delivered
}

async fn write(node: Node, writer: usize) -> Vec<Position> {
    let mut committed = Vec::new();
    for number in 0..COMMANDS {
        let opened = node.open_consultation(None, &format!("writer {writer}, consultation {number}")).await;
        committed.push(opened.position);
        let addition = ConsultationCommand::AddNote(AddNote {
            note_id: NoteId(SystemIds.next_id()),
            author: Party::System,
            text: "seen".to_owned(),
        });
        let noted =
            node.executor.execute::<Consultation>(node.envelope(opened.stream.id, addition)).await.unwrap();
        committed.push(noted.position);
    }
    committed
}

async fn assert_delivered_is_committed(node: &Node, mut committed: Vec<Position>, delivered: &[i64]) {
    let head = node.store.fetch_head().await.unwrap().position;
    committed.sort_unstable();
    let all: Vec<i64> = (1..=head.0).collect();
    assert_eq!(committed.iter().map(|position| position.0).collect::<Vec<_>>(), all, "committed = 1..head");
    assert_eq!(delivered, all, "delivered = 1..head, in order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tailing_reader_sees_exactly_what_sixteen_writers_commit_in_order() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let (end, head) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn(tail(node.clone(), head));
    let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(node.clone(), writer))).collect();
    let mut committed = Vec::new();
    for writer in writers {
        committed.extend(writer.await.unwrap());
    }
    end.send(node.store.fetch_head().await.unwrap().position).unwrap();
    let delivered = reader.await.unwrap();
    assert_delivered_is_committed(&node, committed, &delivered).await;
    let verification = verify(database.pool(), |_, _| ()).await.unwrap();
    assert_eq!((verification.events, verification.finding), ((WRITERS * COMMANDS * 2) as u64, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_share_one_gapless_log() {
    let database = TestDatabase::new().await;
    let (first, second) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    let (end, head) = tokio::sync::oneshot::channel();
    let reader = tokio::spawn(tail(second.clone(), head));
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let node = if writer % 2 == 0 { first.clone() } else { second.clone() };
            tokio::spawn(write(node, writer))
        })
        .collect();
    let mut committed = Vec::new();
    for writer in writers {
        committed.extend(writer.await.unwrap());
    }
    end.send(first.store.fetch_head().await.unwrap().position).unwrap();
    let delivered = reader.await.unwrap();
    assert_delivered_is_committed(&first, committed, &delivered).await;
    assert_eq!(verify(database.pool(), |_, _| ()).await.unwrap().finding, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_on_one_stream_are_all_applied_once_through_conflicts() {
    let database = TestDatabase::new().await;
    let (first, mut second) = (Node::open(database.pool()).await, Node::open(database.pool()).await);
    second.workspace = first.workspace;
    let opened = first.open_consultation(None, "contended").await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let node = if writer % 2 == 0 { first.clone() } else { second.clone() };
            tokio::spawn(async move {
                let addition = ConsultationCommand::AddNote(AddNote {
                    note_id: NoteId(SystemIds.next_id()),
                    author: Party::System,
                    text: format!("note {writer}"),
                });
                loop {
                    let envelope = node.envelope(opened.stream.id, addition.clone());
                    match node.executor.execute::<Consultation>(envelope).await {
                        Ok(executed) => return executed.version,
                        Err(CommandError::Append(AppendError::Conflict { .. })) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut versions = Vec::new();
    for writer in writers {
        versions.push(writer.await.unwrap().0);
    }
    versions.sort_unstable();
    assert_eq!(versions, (2..=1 + i32::try_from(WRITERS).unwrap()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn terminated_connections_lose_nothing_and_repeat_nothing() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let node = node.clone();
            tokio::spawn(async move {
                for number in 0..COMMANDS {
                    let name = format!("{writer}-{number}");
                    loop {
                        let envelope = ledgerdesk_infrastructure::command::Envelope {
                            idempotency: key(&name, &name),
                            ..node.envelope(SystemIds.next_id(), open(None, &name))
                        };
                        // A repeat with the same key learns the truth.
                        match node.executor.execute::<Consultation>(envelope).await {
                            Ok(_) => break,
                            Err(
                                CommandError::Append(AppendError::InDoubt | AppendError::Store(_))
                                | CommandError::Store(_),
                            ) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            })
        })
        .collect();
    let mut owner = database.owner().await;
    let killer = tokio::spawn(async move {
        let mut killed = 0_i64;
        loop {
            // Whoever it hits: the appender, the listener, a reader of the pool.
            let hit: i64 = sqlx::query_scalar(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                 where datname = current_database() and pid <> pg_backend_pid() and application_name like 'ledgerdesk%'",
            )
            .fetch_one(&mut owner)
            .await
            .unwrap();
            killed += hit;
            if killed >= 40 {
                return killed;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    for writer in writers {
        writer.await.unwrap();
    }
    killer.abort();
    // The node's pool may still have connections that do not know yet that they were terminated.
    let _ = killer.await;
    let pool = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let head: i64 =
        sqlx::query_scalar("select max(position) from ledgerdesk.events").fetch_one(&pool).await.unwrap();
    assert_eq!(head, i64::try_from(WRITERS * COMMANDS).unwrap(), "each command exactly once");
    assert_eq!(verify(&pool, |_, _| ()).await.unwrap().finding, None);
    pool.close().await;
}

#[tokio::test]
async fn an_expected_version_that_has_passed_is_a_conflict_that_names_the_actual_one() {
    let database = TestDatabase::new().await;
    let node = Node::open(database.pool()).await;
    let opened = node.open_consultation(None, "versioned").await;
    let mut envelope = node.envelope(opened.stream.id, open(None, "again"));
    envelope.expected_version = ExpectedVersion::Exact(StreamVersion::NONE);
    let error = node.executor.execute::<Consultation>(envelope).await.unwrap_err();
    assert!(
        matches!(&error, CommandError::Append(AppendError::Conflict { actual: StreamVersion(1), .. })),
        "{error}"
    );
}

#[tokio::test]
async fn a_full_queue_refuses_with_an_error_that_invites_a_retry() {
    let database = TestDatabase::new().await;
    let limits = AppenderLimits { queue: 1, ..AppenderLimits::default() };
    let node = Node::open_with(database.pool(), limits, Arc::new(SystemClock)).await;
    let mut owner = database.owner().await;
    // Somebody else holds the head, so that the appender waits and the queue fills.
    let mut hold = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("select from ledgerdesk.log_head for update").execute(&mut *hold).await.unwrap();
    let commands: Vec<_> = (0..20)
        .map(|number| {
            let node = node.clone();
            tokio::spawn(async move {
                let envelope = node.envelope(SystemIds.next_id(), open(None, &format!("busy {number}")));
                node.executor.execute::<Consultation>(envelope).await
            })
        })
        .collect();
    ledgerdesk_tests::wait_until("most commands are refused", async || {
        commands.iter().filter(|command| command.is_finished()).count() >= 17
    })
    .await;
    hold.rollback().await.unwrap();
    let (mut done, mut busy) = (0, 0);
    for command in commands {
        match command.await.unwrap() {
            Ok(_) => done += 1,
            Err(CommandError::Append(AppendError::Busy)) => busy += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(done + busy, 20);
    assert!(done >= 1, "what was taken is committed once the head is free");
    assert_eq!(node.store.fetch_head().await.unwrap().position.0, done);
}

/// What is loaded together is handed to whoever asked for it, also where a stream goes on beyond what is read
/// together, and where somebody does not wait for the answer.
#[tokio::test(flavor = "multi_thread")]
async fn streams_that_are_loaded_at_once_keep_apart() {
    const LONG: usize = 130;
    let database = TestDatabase::new().await;
    let writer = Node::open(database.pool()).await;
    let mut streams = Vec::new();
    for number in 0..150 {
        streams.push(writer.open_consultation(None, &format!("topic {number}.")).await.stream.id);
    }
    for _ in 1..LONG {
        let addition = ConsultationCommand::AddNote(AddNote {
            note_id: NoteId(SystemIds.next_id()),
            author: Party::System,
            text: "more".to_owned(),
        });
        writer.executor.execute::<Consultation>(writer.envelope(streams[7], addition)).await.unwrap();
    }
    let cold = Node { workspace: writer.workspace, ..Node::open(database.pool()).await };
    let loads: Vec<_> = streams
        .iter()
        .map(|&id| {
            let cold = cold.clone();
            tokio::spawn(async move { cold.executor.state::<Consultation>(cold.workspace, id).await })
        })
        .collect();
    for load in loads.iter().step_by(10) {
        load.abort();
    }
    for (number, load) in loads.into_iter().enumerate() {
        let Ok(loaded) = load.await else { continue };
        let (state, version) = loaded.unwrap();
        assert_eq!(version.0, if number == 7 { i32::try_from(LONG).unwrap() } else { 1 });
        assert!(format!("{state:?}").contains(&format!("topic {number}.")), "{number}: {state:?}");
    }
    let elsewhere = Node::open(database.pool()).await;
    let (_, version) =
        elsewhere.executor.state::<Consultation>(elsewhere.workspace, streams[0]).await.unwrap();
    assert_eq!(version, StreamVersion::NONE, "another workspace's stream does not exist");
}
