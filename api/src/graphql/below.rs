//! Lists below rows, such as the messages of each consultation of a page: one statement for all of them.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

use ledgerdesk_projections::read::{self, Filter, Keyset, Page, PageRequest, ReadRow};
use serde::Serialize;
use uuid::Uuid;

use super::{batch::Batch, error::Fault, loaders::Reader};

/// Loads the same page below many parents, and counts what is there.
pub(super) struct Below<R> {
    pub(super) rows: Pages<Child, R>,
    pub(super) counts: Counts<Child>,
    /// The same of rows that are not read but given.
    pub(super) given: Pages<Given<R>, R>,
    pub(super) given_counts: Counts<Given<R>>,
}

type Pages<C, R> = Arc<Batch<C, Page<Arc<R>>>>;
type Counts<C> = Arc<Batch<C, i64>>;

/// One parent's list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Child {
    /// The column that holds the parent.
    pub(super) column: &'static str,
    pub(super) parent: Uuid,
    pub(super) list: Arc<List>,
}

/// A list of rows that are given, such as those that a parent had.
pub(super) struct Given<R> {
    pub(super) rows: Arc<[Arc<R>]>,
    pub(super) list: Arc<List>,
}

/// What is asked for below each parent. The fields of a page's rows ask for equal ones.
#[derive(Debug)]
pub(super) struct List {
    pub(super) filter: Arc<dyn Filter>,
    pub(super) keyset: Keyset,
    pub(super) page: PageRequest,
    /// Tells filters apart.
    pub(super) digest: [u8; 32],
}

impl List {
    const fn identity(&self) -> (Keyset, PageRequest, [u8; 32]) {
        (self.keyset, self.page, self.digest)
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

impl<R> Clone for Given<R> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), list: Arc::clone(&self.list) }
    }
}

/// The same rows are those that lie in the same place: nobody gives equal ones twice.
impl<R> PartialEq for Given<R> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.list == other.list
    }
}

impl<R> Eq for Given<R> {}

impl<R> Hash for Given<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.rows).hash(state);
        self.list.hash(state);
    }
}

impl<R: ReadRow + Serialize + Sync> Below<R> {
    pub(super) fn new(reader: &Arc<Reader>) -> Self {
        let reader = || Arc::clone(reader);
        Self {
            rows: Arc::new(rows(reader())),
            counts: Arc::new(counts::<R>(reader())),
            given: Arc::new(given(reader())),
            given_counts: Arc::new(given_counts(reader())),
        }
    }
}

fn rows<R: ReadRow + Sync>(reader: Arc<Reader>) -> Batch<Child, Page<Arc<R>>> {
    Batch::new(move |children: Vec<Child>| {
        let reader = Arc::clone(&reader);
        async move {
            let mut found = HashMap::new();
            for ((column, list), parents) in by_column(children) {
                let reach = reader.reach_filtered::<R>(&*list.filter)?;
                let pages = reader.reads.below::<R>(reach, (column, parents), Arc::clone(&list)).await?;
                let shown = pages.values().flat_map(|page| &page.rows);
                reader.saw(reach, shown.map(|(_, row)| &**row));
                let of = |parent| Child { column, parent, list: Arc::clone(&list) };
                found.extend(pages.into_iter().map(|(parent, page)| (of(parent), page)));
            }
            Ok::<_, Fault>(found)
        }
    })
}

fn counts<R: ReadRow>(reader: Arc<Reader>) -> Batch<Child, i64> {
    Batch::new(move |children: Vec<Child>| {
        let reader = Arc::clone(&reader);
        async move {
            let mut found = HashMap::new();
            for ((column, list), parents) in by_column(children) {
                let List { filter, keyset, .. } = &*list;
                let reach = reader.reach_filtered::<R>(&**filter)?;
                let counts = read::count_children::<R>(
                    reader.reads.pool(),
                    reach,
                    (column, &parents),
                    &**filter,
                    *keyset,
                )
                .await?;
                let of = |parent| Child { column, parent, list: Arc::clone(&list) };
                found.extend(counts.into_iter().map(|(parent, count)| (of(parent), count)));
            }
            Ok::<_, Fault>(found)
        }
    })
}

fn given<R: ReadRow + Serialize + Sync>(reader: Arc<Reader>) -> Batch<Given<R>, Page<Arc<R>>> {
    Batch::new(move |given: Vec<Given<R>>| {
        let reader = Arc::clone(&reader);
        async move {
            let mut found = HashMap::new();
            for (list, given) in by_list(given) {
                let List { filter, keyset, page, .. } = &*list;
                let reach = reader.reach_filtered::<R>(&**filter)?;
                let pages =
                    read::pages_of(reader.reads.pool(), reach, &lists(&given), &**filter, *keyset, page)
                        .await?;
                found.extend(
                    pages
                        .into_iter()
                        .filter_map(|(number, page)| Some((given.get(number)?.clone(), page.shared()))),
                );
            }
            Ok::<_, Fault>(found)
        }
    })
}

fn given_counts<R: ReadRow + Serialize + Sync>(reader: Arc<Reader>) -> Batch<Given<R>, i64> {
    Batch::new(move |given: Vec<Given<R>>| {
        let reader = Arc::clone(&reader);
        async move {
            let mut found = HashMap::new();
            for (list, given) in by_list(given) {
                let List { filter, keyset, .. } = &*list;
                let reach = reader.reach_filtered::<R>(&**filter)?;
                let counts =
                    read::counts_of(reader.reads.pool(), reach, &lists(&given), &**filter, *keyset).await?;
                found.extend(
                    counts
                        .into_iter()
                        .filter_map(|(number, count)| Some((given.get(number)?.clone(), count))),
                );
            }
            Ok::<_, Fault>(found)
        }
    })
}

/// A document rarely asks for two different lists of the same rows; each is one statement.
fn by_column(children: Vec<Child>) -> HashMap<(&'static str, Arc<List>), Vec<Uuid>> {
    let mut lists: HashMap<_, Vec<Uuid>> = HashMap::new();
    for Child { column, parent, list } in children {
        lists.entry((column, list)).or_default().push(parent);
    }
    lists
}

fn by_list<R>(given: Vec<Given<R>>) -> HashMap<Arc<List>, Vec<Given<R>>> {
    let mut lists: HashMap<_, Vec<Given<R>>> = HashMap::new();
    for given in given {
        lists.entry(Arc::clone(&given.list)).or_default().push(given);
    }
    lists
}

fn lists<R>(given: &[Given<R>]) -> Vec<Vec<&R>> {
    given.iter().map(|given| given.rows.iter().map(|row| &**row).collect()).collect()
}
