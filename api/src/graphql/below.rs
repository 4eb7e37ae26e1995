//! Lists below rows, such as the messages of each consultation of a page: one statement for all of them.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use ledgerdesk_projections::read::{self, Filter, Keyset, Page, PageRequest, ReadRow};
use sqlx::PgPool;
use uuid::Uuid;

use super::{batch::Batch, error::Fault, loaders::Reader};

/// Loads the same page below many parents, and counts what is there.
pub(super) struct Below<R> {
    pub(super) rows: Arc<Batch<Child, Page<Arc<R>>>>,
    pub(super) counts: Arc<Batch<Child, i64>>,
}

/// One parent's list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Child {
    pub(super) parent: Uuid,
    pub(super) list: Arc<List>,
}

/// What is asked for below each parent. The fields of a page's rows ask for equal ones.
#[derive(Debug)]
pub(super) struct List {
    /// The column that holds the parent.
    pub(super) column: &'static str,
    pub(super) filter: Arc<dyn Filter>,
    pub(super) keyset: Keyset,
    pub(super) page: PageRequest,
    /// Tells filters apart.
    pub(super) digest: [u8; 32],
}

impl List {
    fn identity(&self) -> (&str, Keyset, PageRequest, [u8; 32]) {
        (self.column, self.keyset, self.page, self.digest)
    }
}

impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for List {}

impl Hash for List {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl<R: ReadRow + Sync> Below<R> {
    pub(super) fn new(pool: &PgPool, reader: &Reader) -> Self {
        Self {
            rows: Arc::new(rows(pool.clone(), reader.clone())),
            counts: Arc::new(counts::<R>(pool.clone(), reader.clone())),
        }
    }
}

fn rows<R: ReadRow + Sync>(pool: PgPool, reader: Reader) -> Batch<Child, Page<Arc<R>>> {
    Batch::new(move |children: Vec<Child>| {
        let (pool, reader) = (pool.clone(), reader.clone());
        async move {
            let mut found = HashMap::new();
            for (list, parents) in by_list(children) {
                let List { column, filter, keyset, page, .. } = &*list;
                let reach = reader.reach_filtered::<R>(&**filter)?;
                let pages =
                    read::children::<R>(&pool, reach, (column, &parents), &**filter, *keyset, page).await?;
                let shown = pages.values().flat_map(|page| &page.rows);
                reader.saw(reach, shown.map(|(_, row)| row));
                let of = |parent| Child { parent, list: Arc::clone(&list) };
                found.extend(pages.into_iter().map(|(parent, page)| (of(parent), page.shared())));
            }
            Ok::<_, Fault>(found)
        }
    })
}

fn counts<R: ReadRow>(pool: PgPool, reader: Reader) -> Batch<Child, i64> {
    Batch::new(move |children: Vec<Child>| {
        let (pool, reader) = (pool.clone(), reader.clone());
        async move {
            let mut found = HashMap::new();
            for (list, parents) in by_list(children) {
                let List { column, filter, keyset, .. } = &*list;
                let reach = reader.reach_filtered::<R>(&**filter)?;
                let counts =
                    read::count_children::<R>(&pool, reach, (column, &parents), &**filter, *keyset).await?;
                let of = |parent| Child { parent, list: Arc::clone(&list) };
                found.extend(counts.into_iter().map(|(parent, count)| (of(parent), count)));
            }
            Ok::<_, Fault>(found)
        }
    })
}

/// A document rarely asks for two different lists of the same rows; each is one statement.
fn by_list(children: Vec<Child>) -> HashMap<Arc<List>, Vec<Uuid>> {
    let mut lists: HashMap<Arc<List>, Vec<Uuid>> = HashMap::new();
    for Child { parent, list } in children {
        lists.entry(list).or_default().push(parent);
    }
    lists
}
