//! A change of the table behind the program's back is found and named, however many workers look.

use std::num::NonZero;

use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::event_store::{Finding, VerifyOptions, verify, verify_with};
use ledgerdesk_tests::TestDatabase;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::support::two_workspaces;

async fn change(database: &TestDatabase, statements: &str) {
    let mut owner = database.owner().await;
    owner.execute("alter table ledgerdesk.events disable trigger all").await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut owner).await.unwrap();
}

/// What any number of workers finds.
async fn finding(database: &TestDatabase) -> Finding {
    let mut found = Vec::new();
    for workers in [1, 2, 5] {
        let options = VerifyOptions { workers: NonZero::new(workers), checkpoint: None };
        found.push(verify_with(database.pool(), &options, |_, _| ()).await.unwrap().finding.unwrap());
    }
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:?}");
    found.remove(0)
}

#[tokio::test]
async fn a_long_log_is_whole_and_every_event_of_it_is_looked_at() {
    let database = two_workspaces(300).await;
    for workers in [1, 3] {
        let options = VerifyOptions { workers: NonZero::new(workers), checkpoint: None };
        let mut reports = Vec::new();
        let verified =
            verify_with(database.pool(), &options, |done, total| reports.push((done, total))).await.unwrap();
        assert_eq!((verified.events, verified.workspaces, verified.finding), (300, 2, None));
        assert!(reports.len() > 2 && reports.is_sorted(), "progress was told: {reports:?}");
        assert_eq!(reports.last(), Some(&(300, 300)));
    }
}

/// Stretches have 64 events here: their first and last ones count most.
#[tokio::test]
async fn the_first_change_is_named_wherever_it_lies() {
    let database = two_workspaces(300).await;
    for position in [300, 257, 256, 130, 129, 128, 66, 65, 64, 63, 2, 1] {
        change(
            &database,
            &format!("update ledgerdesk.events set event_type = 'Forged' where position = {position}"),
        )
        .await;
        let found = finding(&database).await;
        let Finding::Changed { position: at, event_type, .. } = &found else { panic!("{found}") };
        assert_eq!((at.0, event_type.as_str()), (position, "Forged"));
    }
    let verified = verify(database.pool(), |_, _| ()).await.unwrap();
    assert_eq!(verified.events, 0, "nothing before the first is wrong");
}

#[tokio::test]
async fn a_removed_event_is_named_wherever_it_lies() {
    for position in [64, 65, 128] {
        let database = two_workspaces(200).await;
        change(&database, &format!("delete from ledgerdesk.events where position = {position}")).await;
        let expected = Finding::Gap { expected: Position(position), found: Position(position + 1) };
        assert_eq!(finding(&database).await, expected);
    }
}

#[tokio::test]
async fn two_events_in_each_others_place_are_named_as_such() {
    for position in [4, 64] {
        let database = two_workspaces(130).await;
        let (first, second) = (position, position + 1);
        change(
            &database,
            &format!(
                "update ledgerdesk.events set position = -position where position in ({first}, {second});
                 update ledgerdesk.events set position = {second} where position = -{first};
                 update ledgerdesk.events set position = {first} where position = -{second};"
            ),
        )
        .await;
        let found = finding(&database).await;
        assert!(
            matches!(found, Finding::Swapped { position: Position(at), .. } if at == position),
            "{position}: {found}"
        );
    }
}

#[tokio::test]
async fn an_event_that_was_slipped_in_is_named_as_such() {
    for position in [5, 65] {
        let database = two_workspaces(130).await;
        change(
            &database,
            &format!(
                "update ledgerdesk.events set position = -(position + 1) where position >= {position};
                 update ledgerdesk.events set position = -position where position < 0;
                 insert into ledgerdesk.events select {position}, workspace_sequence + 1000, workspace_id,
                     gen_random_uuid(), gen_random_uuid(), occurred_at, recorded_at, stream_version,
                     schema_version, stream_type, event_type, payload, metadata, sealed, hash
                     from ledgerdesk.events where position = {position} - 1;"
            ),
        )
        .await;
        let found = finding(&database).await;
        assert!(
            matches!(found, Finding::Inserted { position: Position(at), .. } if at == position),
            "{position}: {found}"
        );
    }
}

#[tokio::test]
async fn a_missing_end_is_missed_by_whoever_has_seen_it() {
    let cut = "delete from ledgerdesk.events where position > 8;";
    let forget_streams = "delete from ledgerdesk.streams where last_position > 8;";
    let forget_commands = "delete from ledgerdesk.commands where position > 8;";
    let read = "insert into ledgerdesk.projections (name, build, version, epoch, position) \
                values ('reader', 'live', 1, 1, 10);";
    for (statements, by) in [
        (cut.to_owned(), "stream"),
        ([cut, forget_streams].concat(), "command"),
        ([cut, forget_streams, forget_commands, read].concat(), "read model"),
    ] {
        let database = two_workspaces(10).await;
        change(&database, &statements).await;
        let found = finding(&database).await;
        assert_eq!(found, Finding::Truncated { head: Position(8), expected: Position(10), by });
        assert_eq!(found.code(), "log_truncated");
    }
}

#[tokio::test]
async fn an_end_that_was_replaced_is_noticed_although_its_chain_holds() {
    let cut = "delete from ledgerdesk.events where position > 8;
               delete from ledgerdesk.commands where position > 8;";
    // Streams of the lost end say that they are there, at a position that the log has reached again.
    let database = two_workspaces(10).await;
    change(
        &database,
        &format!("{cut} update ledgerdesk.streams set last_position = 8 where last_position > 8"),
    )
    .await;
    let found = finding(&database).await;
    assert!(matches!(found, Finding::StreamAhead { known: 1, found: 0, .. }), "{found}");
    assert_eq!(found.code(), "log_replaced");

    // A read model has folded another event.
    let database = two_workspaces(10).await;
    change(
        &database,
        "insert into ledgerdesk.projections (name, build, version, epoch, position, hash_prefix) \
         values ('reader', 'live', 1, 1, 9, '\\x0102030405060708')",
    )
    .await;
    let found = finding(&database).await;
    assert_eq!(found, Finding::Replaced { position: Position(9), reader: "reader".to_owned() });
}
