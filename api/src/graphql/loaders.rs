//! What one request reads by id, confined to its workspace. Put into the data of every request.

use std::sync::Arc;

use ledgerdesk_infrastructure::auth::Permission;
use ledgerdesk_projections::{
    calls, catalogs, clients, consultation_detail, consultation_list, handovers, history, managers, messages,
    ratings,
    read::{self, Filter, Reach, ReadRow},
    redates, views,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{access::of_read_model, batch::Batch, below::Below, caller::Caller, error::Fault};

/// Rows by their id.
type ById<R> = Batch<Uuid, Arc<R>>;

/// The loads of one request.
pub struct Loaders {
    pub(super) pool: PgPool,
    /// Whose request it is; [`Loaders::reach_filtered`] says how far they see.
    caller: Arc<Caller>,
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
    pub(super) views: ById<views::Row>,
    pub(super) consultations_below: Below<consultation_list::Row>,
    pub(super) handovers_below: Below<handovers::Row>,
    pub(super) redates_below: Below<redates::Row>,
    pub(super) calls_below: Below<calls::Row>,
    pub(super) ratings_below: Below<ratings::Row>,
    pub(super) messages_below: Below<messages::Row>,
    pub(super) entries_below: Below<history::Row>,
}

impl Loaders {
    /// For one request of this caller.
    pub fn new(pool: &PgPool, caller: &Caller) -> Self {
        let caller = &Arc::new(caller.clone());
        Self {
            pool: pool.clone(),
            caller: Arc::clone(caller),
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
            views: by_id(pool, caller, |row: &views::Row| row.id.uuid()),
            consultations_below: Below::new(pool, caller),
            handovers_below: Below::new(pool, caller),
            redates_below: Below::new(pool, caller),
            calls_below: Below::new(pool, caller),
            ratings_below: Below::new(pool, caller),
            messages_below: Below::new(pool, caller),
            entries_below: Below::new(pool, caller),
        }
    }

    /// How far the caller sees into a read model under a filter, if at all: who may not see a value may not look
    /// for it either. There is no other way to read a list.
    pub(super) fn reach_filtered<R: ReadRow>(&self, filter: &dyn Filter) -> Result<Reach, Fault> {
        reach_filtered::<R>(&self.caller, filter)
    }
}

/// The same as [`Loaders::reach_filtered`], of a caller.
pub(super) fn reach_filtered<R: ReadRow>(caller: &Caller, filter: &dyn Filter) -> Result<Reach, Fault> {
    if filter.reads_personal() {
        caller.require(Permission::PersonalRead)?;
    }
    reach::<R>(caller)
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
