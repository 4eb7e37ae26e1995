//! The statements of all requests of a server: those of one kind at a time are one ([`super::together`]).

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ledgerdesk_projections::read::{self, Page, Reach, ReadRow};
use sqlx::PgPool;
use uuid::Uuid;

use super::{below::List, error::Fault, together::Together};

/// Where requests read. Cheap to clone.
#[derive(Clone)]
pub struct Reads {
    pool: PgPool,
    /// A [`Table`] of each read model that was read so far.
    tables: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
}

/// A list, and how far they see who ask for it.
type Asked = (Reach, Arc<List>);

/// Reads of one read model.
struct Table<R> {
    rows: Together<Reach, Uuid, Arc<R>>,
    pages: Together<Asked, (), Page<Arc<R>>>,
    below: Together<(&'static str, Asked), Uuid, Page<Arc<R>>>,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { rows: Together::default(), pages: Together::default(), below: Together::default() }
    }
}

impl Reads {
    /// Over the connections of this pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, tables: Arc::default() }
    }

    /// For what is read by statements of its own.
    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The rows with these ids that there are.
    pub(super) async fn rows<R: ReadRow + Sync>(
        &self,
        reach: Reach,
        ids: Vec<Uuid>,
        id_of: fn(&R) -> Uuid,
    ) -> Result<HashMap<Uuid, Arc<R>>, Fault> {
        let pool = self.pool.clone();
        let fetch = move |ids: Vec<Uuid>| async move {
            let rows: Vec<R> = read::by_ids(&pool, reach, &ids).await?;
            Ok(rows.into_iter().map(|row| (id_of(&row), Arc::new(row))).collect())
        };
        let found = self.table::<R>().rows.read(reach, ids.iter().copied(), fetch).await?;
        Ok(own(ids, &found))
    }

    /// A page of a list.
    pub(super) async fn page<R: ReadRow + Sync>(
        &self,
        reach: Reach,
        list: Arc<List>,
    ) -> Result<Page<Arc<R>>, Fault> {
        let (pool, wanted) = (self.pool.clone(), Arc::clone(&list));
        let fetch = move |_| async move {
            let List { filter, keyset, page, .. } = &*wanted;
            let page = read::page::<R>(&pool, reach, &**filter, *keyset, page).await?;
            Ok(HashMap::from([((), page.shared())]))
        };
        let found = self.table::<R>().pages.read((reach, list), [()], fetch).await?;
        found.get(&()).cloned().ok_or(Fault::Internal)
    }

    /// The same page below each of these parents, whose ids are in `column`. A parent without rows has no entry.
    pub(super) async fn below<R: ReadRow + Sync>(
        &self,
        reach: Reach,
        (column, parents): (&'static str, Vec<Uuid>),
        list: Arc<List>,
    ) -> Result<HashMap<Uuid, Page<Arc<R>>>, Fault> {
        let (pool, wanted) = (self.pool.clone(), Arc::clone(&list));
        let fetch = move |parents: Vec<Uuid>| async move {
            let List { filter, keyset, page, .. } = &*wanted;
            let pages =
                read::children::<R>(&pool, reach, (column, &parents), &**filter, *keyset, page).await?;
            Ok(pages.into_iter().map(|(parent, page)| (parent, page.shared())).collect())
        };
        let kind = (column, (reach, list));
        let found = self.table::<R>().below.read(kind, parents.iter().copied(), fetch).await?;
        Ok(own(parents, &found))
    }

    fn table<R: ReadRow + Sync>(&self) -> Arc<Table<R>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let table = tables.entry(TypeId::of::<R>()).or_insert_with(|| Arc::new(Table::<R>::default()));
        // Nothing else is put at this type.
        Arc::clone(table).downcast().unwrap_or_default()
    }
}

/// What somebody asked for, of what was found for everybody.
fn own<V: Clone>(keys: Vec<Uuid>, found: &HashMap<Uuid, V>) -> HashMap<Uuid, V> {
    keys.into_iter().filter_map(|key| Some((key, found.get(&key)?.clone()))).collect()
}
