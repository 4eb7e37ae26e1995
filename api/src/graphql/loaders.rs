//! What one request reads by id, confined to its workspace. Put into the data of every request.

use std::sync::Arc;

use ledgerdesk_infrastructure::auth::Permission;
use ledgerdesk_projections::{
    calls, catalogs, clients, consultation_detail, consultation_list, handovers, history, managers, messages,
    ratings,
    read::{Filter, Page, Reach, ReadRow},
    redates, search, views,
};
use sqlx::PgPool;
use uuid::Uuid;

use super::{
    access::of_read_model,
    batch::Batch,
    below::{Below, List},
    caller::Caller,
    error::Fault,
    reading::Reading,
    reads::Reads,
};

/// Rows by their id.
type ById<R> = Batch<Uuid, Arc<R>>;

/// The loads of one request.
pub struct Loaders {
    pub(super) pool: PgPool,
    /// Whose request it is; [`Loaders::reach_filtered`] says how far they see.
    reader: Arc<Reader>,
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
    /// For one request of this caller, whatever it asks for; nobody keeps what it is shown.
    pub fn new(pool: &PgPool, caller: &Caller) -> Self {
        Self::noting(&Reads::new(pool.clone()), caller, Reading::whole())
    }

    /// For one request of this caller, noting what it is shown.
    pub fn noting(reads: &Reads, caller: &Caller, reading: Reading) -> Self {
        Self::of(&Arc::new(Reader { reads: reads.clone(), caller: caller.clone(), reading }))
    }

    /// For the same request, with nothing of what these borrow.
    pub(super) fn anew(&self) -> Self {
        Self::of(&self.reader)
    }

    fn of(reader: &Arc<Reader>) -> Self {
        Self {
            pool: reader.reads.pool().clone(),
            reader: Arc::clone(reader),
            consultations: by_id(reader, |row: &consultation_list::Row| row.id.uuid()),
            details: by_id(reader, |row: &consultation_detail::Row| row.id.uuid()),
            clients: by_id(reader, |row: &clients::Row| row.id.uuid()),
            managers: by_id(reader, |row: &managers::Row| row.id.uuid()),
            handovers: by_id(reader, |row: &handovers::Row| row.id.uuid()),
            redates: by_id(reader, |row: &redates::Row| row.id.uuid()),
            calls: by_id(reader, |row: &calls::Row| row.id.uuid()),
            ratings: by_id(reader, |row: &ratings::Row| row.id.uuid()),
            messages: by_id(reader, |row: &messages::Row| row.id.uuid()),
            entries: by_id(reader, |row: &history::Row| row.event_id.uuid()),
            catalog_entries: by_id(reader, |row: &catalogs::Row| row.id.uuid()),
            views: by_id(reader, |row: &views::Row| row.id.uuid()),
            consultations_below: Below::new(reader),
            handovers_below: Below::new(reader),
            redates_below: Below::new(reader),
            calls_below: Below::new(reader),
            ratings_below: Below::new(reader),
            messages_below: Below::new(reader),
            entries_below: Below::new(reader),
        }
    }

    /// How far the caller sees into a read model under a filter, if at all: who may not see a value may not look
    /// for it either. There is no other way to read a list.
    pub(super) fn reach_filtered<R: ReadRow>(&self, filter: &dyn Filter) -> Result<Reach, Fault> {
        self.reader.reach_filtered::<R>(filter)
    }

    /// How far the caller sees into what the log itself tells under one of these names.
    pub(super) fn reach_into_log(&self, shown_as: &[&str]) -> Reach {
        self.reader.reach(shown_as)
    }

    /// Notes whose personal values were read, if they were.
    pub(super) fn saw<'r, R: ReadRow>(&self, reach: Reach, rows: impl IntoIterator<Item = &'r R>) {
        self.reader.saw(reach, rows);
    }

    /// A page of a list, of what the caller sees.
    pub(super) async fn page<R: ReadRow + Sync>(
        &self,
        reach: Reach,
        list: Arc<List>,
    ) -> Result<Page<Arc<R>>, Fault> {
        let page = self.reader.reads.page::<R>(reach, list).await?;
        self.reader.saw(reach, page.rows.iter().map(|(_, row)| &**row));
        Ok(page)
    }

    /// What this request is shown of whom.
    pub(crate) fn reading(&self) -> &Reading {
        &self.reader.reading
    }

    /// Whether the request names anything under which personal values are shown, to a caller who may see them.
    pub(super) fn may_show_personal(&self) -> bool {
        PERSONAL.iter().any(|shown_as| self.reader.reach(shown_as).personal)
    }
}

/// Under which names personal values are shown anywhere: in events, and in each read model that has some.
const PERSONAL: [&[&str]; 12] = [
    EVENT_DATA,
    consultation_list::Row::SHOWN_AS,
    consultation_detail::Row::SHOWN_AS,
    clients::Row::SHOWN_AS,
    managers::Row::SHOWN_AS,
    handovers::Row::SHOWN_AS,
    redates::Row::SHOWN_AS,
    calls::Row::SHOWN_AS,
    ratings::Row::SHOWN_AS,
    messages::Row::SHOWN_AS,
    history::Row::SHOWN_AS,
    search::Row::SHOWN_AS,
];

/// Under which name an event shows its payload.
pub(super) const EVENT_DATA: &[&str] = &["data"];

/// Who reads, and what they are shown.
pub(super) struct Reader {
    pub(super) reads: Reads,
    pub(super) caller: Caller,
    pub(super) reading: Reading,
}

impl Reader {
    /// The same as [`Loaders::reach_filtered`].
    pub(super) fn reach_filtered<R: ReadRow>(&self, filter: &dyn Filter) -> Result<Reach, Fault> {
        let mut reach = self.reach_of::<R>()?;
        if filter.reads_personal() {
            self.caller.require(Permission::PersonalRead)?;
            self.reading.searched();
            // What is found tells of whom it is found.
            reach.personal = true;
        }
        Ok(reach)
    }

    /// How far the caller sees into a read model, if at all.
    fn reach_of<R: ReadRow>(&self) -> Result<Reach, Fault> {
        self.caller.require(of_read_model(R::TABLE))?;
        Ok(self.reach(R::SHOWN_AS))
    }

    /// Personal values are seen by who may see them, in a request that names one of the fields that show them.
    fn reach(&self, shown_as: &[&str]) -> Reach {
        let reach = self.caller.reach();
        Reach { personal: reach.personal && self.reading.names(shown_as), ..reach }
    }

    /// Notes whose personal values were read, if they were.
    pub(super) fn saw<'r, R: ReadRow>(&self, reach: Reach, rows: impl IntoIterator<Item = &'r R>) {
        if reach.personal && !R::SHOWN_AS.is_empty() {
            self.reading.saw(rows);
        }
    }
}

fn by_id<R: ReadRow + Sync>(reader: &Arc<Reader>, id_of: fn(&R) -> Uuid) -> ById<R> {
    let reader = Arc::clone(reader);
    Batch::new(move |ids: Vec<Uuid>| {
        let reader = Arc::clone(&reader);
        async move {
            let reach = reader.reach_of::<R>()?;
            let rows = reader.reads.rows(reach, ids, id_of).await?;
            reader.saw(reach, rows.values().map(|row| &**row));
            Ok(rows)
        }
    })
}
