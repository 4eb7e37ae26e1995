//! Entries are kept before what they tell of leaves. A commit each would make every read wait for the disk alone, so
//! those that wait at the same time share one: while a batch commits, the next one gathers.

use chrono::SecondsFormat;
use ledgerdesk_domain::id::{ClientId, ConsultationId, ManagerId};
use serde_json::{Value, json};
use sqlx::{PgPool, types::Json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Disclosure, Disclosures};
use crate::auth::AuthError;

/// How many entries may wait; whoever comes then waits for room.
const WAITING: usize = 1_024;
/// How many entries are written at once.
const BATCH: usize = 256;
/// How many are deleted at once, so that nobody waits long for their locks.
const PRUNED: i32 = 5_000;

/// An entry, and who waits for it.
pub(super) struct Order {
    entry: Value,
    kept: oneshot::Sender<Result<(), sqlx::Error>>,
}

impl Disclosures {
    /// Keeps an entry. Nothing may leave before this has answered.
    ///
    /// # Errors
    /// Where the database refuses it or is away: it is not known to be kept.
    pub async fn keep(&self, disclosure: &Disclosure) -> Result<(), AuthError> {
        let (kept, answer) = oneshot::channel();
        let order = Order { entry: entry(disclosure), kept };
        let orders = self.orders.get_or_init(|| begin(self.pool.clone()));
        orders.send(order).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        // Whoever is asked answers everybody, unless the program ends.
        Ok(answer.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }

    /// Deletes entries of reading that are older than so many days, 30 at least; answers how many. Those of exports
    /// stay for good.
    pub async fn prune(&self, days: u32) -> Result<i64, AuthError> {
        let days = i32::try_from(days).unwrap_or(i32::MAX);
        let mut all = 0;
        loop {
            let pruned: i64 = sqlx::query_scalar("select ledgerdesk.prune_readings($1, $2)")
                .bind(days)
                .bind(PRUNED)
                .fetch_one(&self.pool)
                .await?;
            all += pruned;
            if pruned < i64::from(PRUNED) {
                return Ok(all);
            }
        }
    }
}

/// Starts the task that writes, which ends with the last who may ask for it.
fn begin(pool: PgPool) -> mpsc::Sender<Order> {
    let (orders, mut waiting) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            write(&pool, &mut batch).await;
        }
    });
    orders
}

/// Writes a batch and tells everybody. Where the database refuses it, each stands alone: one that cannot be kept takes
/// no other along.
async fn write(pool: &PgPool, batch: &mut Vec<Order>) {
    let entries = batch.iter_mut().map(|order| order.entry.take()).collect();
    let (entries, error) = match insert(pool, entries).await {
        Ok(()) => {
            // Whoever has left needs no answer.
            batch.drain(..).for_each(|order| drop(order.kept.send(Ok(()))));
            return;
        }
        Err(failed) => failed,
    };
    if let [_] = batch.as_slice()
        && let Some(order) = batch.pop()
    {
        let _ = order.kept.send(Err(error));
        return;
    }
    for (Order { kept, .. }, entry) in batch.drain(..).zip(entries) {
        let outcome = match error.as_database_error() {
            Some(_) => insert(pool, vec![entry]).await.map_err(|(_, error)| error),
            None => Err(alike(&error)),
        };
        let _ = kept.send(outcome);
    }
}

async fn insert(pool: &PgPool, entries: Vec<Value>) -> Result<(), (Vec<Value>, sqlx::Error)> {
    let entries = Json(entries);
    let inserted = sqlx::query(
        "insert into ledgerdesk.disclosures (workspace_id, at, by_key, actor_kind, actor_id, request_id, action, \
             personal, position, row_count, details, kind, operations, consultations, clients, managers) \
         select * from jsonb_to_recordset($1) as d (workspace_id uuid, at timestamptz, by_key uuid, actor_kind text, \
             actor_id uuid, request_id uuid, action text, personal boolean, position bigint, row_count bigint, \
             details jsonb, kind text, operations text[], consultations uuid[], clients uuid[], managers uuid[])",
    )
    .bind(&entries)
    .execute(pool)
    .await;
    inserted.map(drop).map_err(|error| (entries.0, error))
}

fn entry(of: &Disclosure) -> Value {
    fn ids<T: Copy>(of: &[T], id: impl Fn(T) -> Uuid) -> Vec<Uuid> {
        of.iter().map(|of| id(*of)).collect()
    }
    let whose = &of.whose;
    json!({
        "workspace_id": of.workspace_id.uuid(),
        "at": of.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "by_key": of.by_key,
        "actor_kind": of.actor.kind,
        "actor_id": of.actor.id,
        "request_id": of.request_id,
        "action": of.action,
        "personal": of.personal,
        "position": of.position.0,
        "row_count": of.rows,
        "details": of.details,
        "kind": of.kind.as_str(),
        "operations": of.operations,
        "consultations": ids(&whose.consultations, ConsultationId::uuid),
        "clients": ids(&whose.clients, ClientId::uuid),
        "managers": ids(&whose.managers, ManagerId::uuid),
    })
}

/// An error can be told once; the others who waited learn its kind.
fn alike(error: &sqlx::Error) -> sqlx::Error {
    match error {
        sqlx::Error::Io(error) => sqlx::Error::Io(error.kind().into()),
        sqlx::Error::PoolTimedOut => sqlx::Error::PoolTimedOut,
        sqlx::Error::PoolClosed => sqlx::Error::PoolClosed,
        error => sqlx::Error::Protocol(error.to_string()),
    }
}
