//! Entries are kept before what they tell of leaves. A commit each would make every read wait for the disk alone, so
//! those that wait at the same time share one: while a batch commits, the next one gathers.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::ActorKind,
    id::{ClientId, ConsultationId, ManagerId},
};
use serde::Serialize;
use serde_json::Value;
use sqlx::{PgConnection, PgPool, Postgres, pool::PoolConnection, types::Json};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Disclosure, Disclosures, Whose};
use crate::auth::AuthError;

/// How many entries may wait; whoever comes then waits for room.
const WAITING: usize = 1_024;
/// How many entries are written at once.
const BATCH: usize = 256;
/// How long the connection is held on to for the next entries: a server process that has written a moment ago has
/// everything at hand that it needs for them.
const HELD: Duration = Duration::from_secs(1);
/// How many are deleted at once, so that nobody waits long for their locks.
const PRUNED: i32 = 5_000;

/// An entry, and who waits for it.
pub(super) struct Order {
    disclosure: Disclosure,
    kept: oneshot::Sender<Result<(), sqlx::Error>>,
}

impl Disclosures {
    /// Keeps an entry. Nothing may leave before this has answered.
    ///
    /// # Errors
    /// Where the database refuses it or is away: it is not known to be kept.
    pub async fn keep(&self, disclosure: Disclosure) -> Result<(), AuthError> {
        let (kept, answer) = oneshot::channel();
        let order = Order { disclosure, kept };
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
    let mut writer = Writer { pool, held: None };
    tokio::spawn(async move {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let come = waiting.recv_many(&mut batch, BATCH);
            let come = match writer.held {
                // Nor longer than the pool is open, which closes when it has all of its connections.
                Some(_) => {
                    let mut closes = writer.pool.close_event();
                    tokio::time::timeout(HELD, closes.do_until(come)).await.ok().and_then(Result::ok)
                }
                None => Some(come.await),
            };
            match come {
                Some(0) => return,
                Some(_) => writer.write(&mut batch).await,
                None => writer.held = None,
            }
        }
    });
    orders
}

struct Writer {
    pool: PgPool,
    /// The connection of the last entries, unless that is a while ago.
    held: Option<PoolConnection<Postgres>>,
}

impl Writer {
    /// Writes a batch and tells everybody. Where the database refuses it, each stands alone: one that cannot be kept
    /// takes no other along.
    async fn write(&mut self, batch: &mut Vec<Order>) {
        let error = match self.insert(batch).await {
            Ok(()) => {
                // Whoever has left needs no answer.
                batch.drain(..).for_each(|order| drop(order.kept.send(Ok(()))));
                return;
            }
            Err(error) => error,
        };
        if let [_] = batch.as_slice()
            && let Some(order) = batch.pop()
        {
            let _ = order.kept.send(Err(error));
            return;
        }
        for order in batch.drain(..) {
            let outcome = match error.as_database_error() {
                Some(_) => self.insert(std::slice::from_ref(&order)).await,
                None => Err(alike(&error)),
            };
            let _ = order.kept.send(outcome);
        }
    }

    async fn insert(&mut self, batch: &[Order]) -> Result<(), sqlx::Error> {
        let mut connection = match self.held.take() {
            Some(connection) => connection,
            None => self.pool.acquire().await?,
        };
        insert(&mut connection, batch).await?;
        self.held = Some(connection);
        Ok(())
    }
}

/// Ids are most of an entry: they go as one list of sixteen bytes each, of which every entry has its part. As JSON they
/// cost several times as much on both sides.
async fn insert(connection: &mut PgConnection, batch: &[Order]) -> Result<(), sqlx::Error> {
    let mut ids = Vec::new();
    let entries: Vec<Entry> = batch.iter().map(|order| Entry::of(&order.disclosure, &mut ids)).collect();
    sqlx::query(
        "insert into ledgerdesk.disclosures (workspace_id, at, by_key, actor_kind, actor_id, request_id, action, \
             personal, position, row_count, details, kind, operations, consultations, clients, managers) \
         select workspace_id, at, by_key, actor_kind, actor_id, request_id, action, personal, position, row_count, \
             details, kind, operations, ($2::uuid[])[first:consultations], ($2::uuid[])[consultations + 1:clients], \
             ($2::uuid[])[clients + 1:managers] \
         from jsonb_to_recordset($1) as d (workspace_id uuid, at timestamptz, by_key uuid, actor_kind text, \
             actor_id uuid, request_id uuid, action text, personal boolean, position bigint, row_count bigint, \
             details jsonb, kind text, operations text[], first int, consultations int, clients int, managers int)",
    )
    .bind(Json(entries))
    .bind(ids)
    .execute(connection)
    .await?;
    Ok(())
}

/// An entry as it is sent, beside the list of all ids.
#[derive(Serialize)]
struct Entry<'a> {
    workspace_id: Uuid,
    at: DateTime<Utc>,
    by_key: Option<Uuid>,
    actor_kind: ActorKind,
    actor_id: Option<Uuid>,
    request_id: Option<Uuid>,
    action: &'a str,
    personal: bool,
    position: i64,
    row_count: Option<i64>,
    details: &'a Value,
    kind: &'static str,
    operations: &'a [String],
    /// The place of its first id, counted from 1, and those of the last of each kind.
    first: usize,
    consultations: usize,
    clients: usize,
    managers: usize,
}

impl<'a> Entry<'a> {
    fn of(disclosure: &'a Disclosure, ids: &mut Vec<Uuid>) -> Self {
        let Whose { consultations, clients, managers } = &disclosure.whose;
        let first = ids.len() + 1;
        ids.extend(consultations.iter().copied().map(ConsultationId::uuid));
        let last_consultation = ids.len();
        ids.extend(clients.iter().copied().map(ClientId::uuid));
        let last_client = ids.len();
        ids.extend(managers.iter().copied().map(ManagerId::uuid));
        Self {
            workspace_id: disclosure.workspace_id.uuid(),
            at: disclosure.at,
            by_key: disclosure.by_key,
            actor_kind: disclosure.actor.kind,
            actor_id: disclosure.actor.id,
            request_id: disclosure.request_id,
            action: &disclosure.action,
            personal: disclosure.personal,
            position: disclosure.position.0,
            row_count: disclosure.rows,
            details: &disclosure.details,
            kind: disclosure.kind.as_str(),
            operations: &disclosure.operations,
            first,
            consultations: last_consultation,
            clients: last_client,
            managers: ids.len(),
        }
    }
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
