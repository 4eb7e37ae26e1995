//! What one request reads by id, confined to its workspace. Put into the data of every request.

use std::{collections::HashMap, sync::Arc};

use ledgerdesk_domain::id::ConsultationId;
use ledgerdesk_infrastructure::auth::Permission;
use ledgerdesk_projections::{
    calls, catalogs, clients, consultation_detail, consultation_list, handovers, history, managers, messages,
    ratings,
    read::{self, ChildRow, Filter, Reach, ReadRow},
    redates,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{access::of_read_model, batch::Batch, caller::Caller, error::Fault};

/// Rows by their id.
type ById<R> = Batch<Uuid, Arc<R>>;
/// The latest rows of a consultation, oldest first; the number says how many at most.
type Latest<R> = Batch<(Uuid, u8), Vec<Arc<R>>>;

/// The loads of one request.
pub struct Loaders {
    pub(super) pool: PgPool,
    /// Whose request it is; [`Loaders::reach_filtered`] says how far they see.
    caller: Caller,
    pub(super) consultations: ById<consultation_list::Row>,
    pub(super) details: ById<consultation_detail::Row>,
    pub(super) clients: ById<clients::Row>,
    pub(super) managers: ById<managers::Row>,
    pub(super) handovers: ById<handovers::Row>,
    pub(super) redates: ById<redates::Row>,
    pub(super) calls: ById<calls::Row>,
    pub(super) ratings: ById<ratings::Row>,
    pub(super) messages: ById<messages::Row>,
    pub(super) entries: ById<history::Row>,
    pub(super) catalog_entries: ById<catalogs::Row>,
    pub(super) latest_handovers: Latest<handovers::Row>,
    pub(super) latest_redates: Latest<redates::Row>,
    pub(super) latest_calls: Latest<calls::Row>,
    pub(super) latest_ratings: Latest<ratings::Row>,
    pub(super) latest_messages: Latest<messages::Row>,
    pub(super) latest_entries: Latest<history::Row>,
}

impl Loaders {
    /// For one request of this caller.
    pub fn new(pool: &PgPool, caller: &Caller) -> Self {
        Self {
            pool: pool.clone(),
            caller: caller.clone(),
            consultations: by_id(pool, caller, |row: &consultation_list::Row| row.id.uuid()),
            details: by_id(pool, caller, |row: &consultation_detail::Row| row.id.uuid()),
            clients: by_id(pool, caller, |row: &clients::Row| row.id.uuid()),
            managers: by_id(pool, caller, |row: &managers::Row| row.id.uuid()),
            handovers: by_id(pool, caller, |row: &handovers::Row| row.id.uuid()),
            redates: by_id(pool, caller, |row: &redates::Row| row.id.uuid()),
            calls: by_id(pool, caller, |row: &calls::Row| row.id.uuid()),
            ratings: by_id(pool, caller, |row: &ratings::Row| row.id.uuid()),
            messages: by_id(pool, caller, |row: &messages::Row| row.id.uuid()),
            entries: by_id(pool, caller, |row: &history::Row| row.event_id.uuid()),
            catalog_entries: by_id(pool, caller, |row: &catalogs::Row| row.id.uuid()),
            latest_handovers: latest(pool, caller),
            latest_redates: latest(pool, caller),
            latest_calls: latest(pool, caller),
            latest_ratings: latest(pool, caller),
            latest_messages: latest(pool, caller),
            latest_entries: latest(pool, caller),
        }
    }

    /// How far the caller sees into a read model under a filter, if at all: who may not see a value may not look
    /// for it either. There is no other way to read a list.
    pub(super) fn reach_filtered<R: ReadRow>(&self, filter: &dyn Filter) -> Result<Reach, Fault> {
        if filter.reads_personal() {
            self.caller.require(Permission::PersonalRead)?;
        }
        reach::<R>(&self.caller)
    }
}

/// How far the caller sees into a read model, if at all.
fn reach<R: ReadRow>(caller: &Caller) -> Result<Reach, Fault> {
    caller.require(of_read_model(R::TABLE))?;
    Ok(caller.reach())
}

fn by_id<R: ReadRow + Sync>(pool: &PgPool, caller: &Caller, id: fn(&R) -> Uuid) -> ById<R> {
    let (pool, reach) = (pool.clone(), reach::<R>(caller));
    Batch::new(move |ids: Vec<Uuid>| {
        let (pool, reach) = (pool.clone(), reach.clone());
        async move {
            let rows: Vec<R> = read::by_ids(&pool, reach?, &ids).await?;
            Ok(rows.into_iter().map(|row| (id(&row), Arc::new(row))).collect())
        }
    })
}

fn latest<R: ChildRow + Sync>(pool: &PgPool, caller: &Caller) -> Latest<R> {
    let (pool, reach) = (pool.clone(), reach::<R>(caller));
    Batch::new(move |keys: Vec<(Uuid, u8)>| {
        let (pool, reach) = (pool.clone(), reach.clone());
        async move {
            let reach = reach?;
            // A document rarely asks for two different numbers; each is one statement.
            let mut by_limit: HashMap<u8, Vec<Uuid>> = HashMap::new();
            for (consultation, limit) in keys {
                by_limit.entry(limit).or_default().push(consultation);
            }
            let mut found: HashMap<(Uuid, u8), Vec<Arc<R>>> = HashMap::new();
            for (limit, consultations) in by_limit {
                let rows: Vec<R> = read::latest_of(&pool, reach, &consultations, limit).await?;
                for row in rows {
                    let ConsultationId(consultation) = row.consultation_id();
                    found.entry((consultation, limit)).or_default().push(Arc::new(row));
                }
            }
            Ok::<_, Fault>(found)
        }
    })
}
