//! Whether a projection equals its own rebuild, row for row.

use std::sync::Arc;

use ledgerdesk_domain::stream::Position;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{
    claim::{self, Start},
    fault::Fault,
    fold::Fold,
    lane, lanes,
    rebuild::{OnProgress, Rebuild},
    registered::Registered,
    shared::Shared,
    table::Build,
};

/// Keys that are given as examples of a difference.
const EXAMPLES: i64 = 10;

/// The live table beside one folded from the first event, both at the same position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The position.
    pub position: Position,
    /// Rows of the live table.
    pub live_rows: i64,
    /// Rows of the rebuilt one.
    pub rebuilt_rows: i64,
    /// Rows that are so only in the live table.
    pub only_live: i64,
    /// Rows that are so only in the rebuilt one.
    pub only_rebuilt: i64,
    /// The keys of some rows that differ.
    pub examples: Vec<Uuid>,
}

impl Comparison {
    /// Whether every row is the same.
    pub fn is_equal(&self) -> bool {
        self.only_live == 0 && self.only_rebuilt == 0
    }
}

/// Rebuilds beside and compares; nothing if a rebuild is running. The live projection goes on meanwhile.
pub(super) async fn compare(
    shared: &Shared,
    projection: &Arc<dyn Registered>,
    progress: OnProgress<'_>,
) -> Result<Option<Comparison>, Fault> {
    let _turn = shared.unless_stopping(shared.rebuilds.acquire()).await?;
    let Some(mut rebuild) = Rebuild::claim(shared, projection, Start::Zero).await? else { return Ok(None) };
    let result = compare_at_one_position(shared, &mut rebuild, progress).await;
    rebuild.abandon().await?;
    result.map(Some)
}

async fn compare_at_one_position(
    shared: &Shared,
    rebuild: &mut Rebuild<'_>,
    progress: OnProgress<'_>,
) -> Result<Comparison, Fault> {
    let name = rebuild.fold.lease.name;
    let mut connection = shared.pool.acquire().await?;
    let until = claim::live_position(&mut connection, name).await?;
    drop(connection);
    rebuild.catch_up(Some(until), progress).await?;
    // What differs is found by files as large as the tables: one after the other, so that the disk takes them.
    let turn = async { Ok(shared.comparisons.acquire().await) };
    let _turn = rebuild.keeping_the_lease(turn).await?;
    // One snapshot holds the live rows and their position; the rebuild is brought to it inside, and all of
    // that is rolled back.
    let mut transaction = shared.pool.begin().await?;
    sqlx::query("set transaction isolation level repeatable read").execute(&mut *transaction).await?;
    let position = claim::live_position(&mut transaction, name).await?;
    let mut reached = rebuild.reached.position;
    while reached < position {
        let left = usize::try_from(position.0 - reached.0).unwrap_or(usize::MAX);
        let events = shared.log.read(reached, left.min(shared.settings.max_page)).await?;
        let Some(last) = events.last() else { break };
        rebuild.fold.write_events(&mut transaction, &events).await?;
        reached = last.position;
    }
    write_lanes(shared, rebuild, &mut transaction, position).await?;
    let differences = count_differences(&mut transaction, &rebuild.fold, position);
    let comparison = rebuild.keeping_the_lease(differences).await;
    transaction.rollback().await?;
    comparison
}

/// Lanes of the live build may be ahead of its checkpoint: brings the same rows of the rebuild to where they are.
async fn write_lanes(
    shared: &Shared,
    rebuild: &Rebuild<'_>,
    connection: &mut PgConnection,
    position: Position,
) -> Result<(), Fault> {
    let Fold { projection, table, lease, .. } = &rebuild.fold;
    let Some(ahead) = lane::under_way(&mut *connection, lease.name, Build::Live).await? else {
        return Ok(());
    };
    let events = lanes::read(shared, position, ahead.stretch.end.position).await?;
    for lane in ahead.committed {
        lane::write(&mut *connection, &**projection, table, lane, &events).await?;
    }
    Ok(())
}

async fn count_differences(
    connection: &mut PgConnection,
    fold: &Fold,
    position: Position,
) -> Result<Comparison, Fault> {
    let definition = fold.table.definition;
    let [live, rebuilt] = [Build::Live, Build::Rebuild].map(|build| {
        format!("select {} from {}.{}", definition.columns.join(", "), build.schema(), definition.name)
    });
    let key = definition.key_column;
    let sql = format!(
        "with only_live as ({live} except all {rebuilt}), only_rebuilt as ({rebuilt} except all {live})
         select (select count(*) from ({live}) r), (select count(*) from ({rebuilt}) r),
                (select count(*) from only_live), (select count(*) from only_rebuilt),
                array(select distinct {key} from (select {key} from only_live union all
                                                  select {key} from only_rebuilt) r limit {EXAMPLES})"
    );
    let (live_rows, rebuilt_rows, only_live, only_rebuilt, examples) =
        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(Comparison { position, live_rows, rebuilt_rows, only_live, only_rebuilt, examples })
}
