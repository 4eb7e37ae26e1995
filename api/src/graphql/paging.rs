//! Relay connections over keyset pages.

use std::sync::Arc;

use async_graphql::{
    Object, OutputType,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{FutureExt as _, future::BoxFuture};
use ledgerdesk_projections::{
    as_of::Parts,
    read::{self, Filter, Key, Keyset, Page, PageRequest, ReadRow, SortKind},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    below::{Below, Child, Given, List},
    error::Fault,
    loaders::Loaders,
};

const DEFAULT_SIZE: u8 = 20;
const MAX_SIZE: i32 = 100;

/// The four paging arguments of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Paging {
    pub(super) first: Option<i32>,
    pub(super) after: Option<String>,
    pub(super) last: Option<i32>,
    pub(super) before: Option<String>,
}

impl Paging {
    /// The newest end of a list that goes from the oldest, unless something else is asked for.
    pub(super) fn latest(mut self) -> Self {
        if self.first.is_none() && self.last.is_none() && self.after.is_none() {
            self.last = Some(DEFAULT_SIZE.into());
        }
        self
    }

    fn request(&self, query: &Query) -> Result<PageRequest, Fault> {
        let (from_end, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Fault::bad_input("give `first` or `last`, not both")),
            (first, None) => (false, size("first", first)?),
            (None, last) => (true, size("last", last)?),
        };
        let place = |cursor: &Option<String>| {
            cursor.as_deref().map(|cursor| Cursor::decode(cursor, query)).transpose()
        };
        Ok(PageRequest { size, from_end, after: place(&self.after)?, before: place(&self.before)? })
    }
}

/// A page size between 1 and 100, 20 if none is given.
pub(super) fn size(argument: &'static str, given: Option<i32>) -> Result<u8, Fault> {
    match given {
        None => Ok(DEFAULT_SIZE),
        Some(given @ 1..=MAX_SIZE) => Ok(u8::try_from(given).unwrap_or(DEFAULT_SIZE)),
        Some(given) => {
            Err(Fault::bad_input(format!("`{argument}` is {given}; it must be between 1 and {MAX_SIZE}")))
        }
    }
}

/// Tells lists that are asked for differently apart.
pub(super) fn mark(said: &str) -> [u8; 4] {
    let digest: [u8; 32] = Sha256::digest(said).into();
    let mut mark = [0; 4];
    mark.copy_from_slice(&digest[..4]);
    mark
}

/// Where a page of a list in memory begins, and how many it may have. Its cursors are the numbers of its items.
pub(super) fn numbered(first: Option<i32>, after: Option<&str>) -> Result<(usize, usize), Fault> {
    let size = usize::from(size("first", first)?);
    match after.map(str::parse::<usize>) {
        None => Ok((0, size)),
        Some(Ok(last)) => Ok((last.saturating_add(1), size)),
        Some(Err(_)) => Err(Fault::bad_input("`after` is no cursor of this list; pass one that it returned")),
    }
}

/// What a list is asked for: its cursors belong to it.
struct Query {
    keyset: Keyset,
    /// Of the table, the order and everything that the filter says.
    digest: [u8; 32],
}

impl Query {
    fn new<R: ReadRow>(filter: &dyn Filter, keyset: Keyset) -> Self {
        let Keyset { tag, descending, .. } = keyset;
        let said = format!("{} {tag} {descending} {filter:?}", R::TABLE);
        Self { keyset, digest: Sha256::digest(said).into() }
    }

    fn cursor(&self, key: Key) -> Cursor {
        Cursor { order: self.keyset.tag, query: self.mark(), key }
    }

    fn mark(&self) -> [u8; 4] {
        let mut mark = [0; 4];
        mark.copy_from_slice(&self.digest[..4]);
        mark
    }
}

/// A row's place in a list, opaque to clients. The first byte is the layout, the second names the order, the next
/// four the list with its filter and direction, so that a cursor is refused where it does not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    order: u8,
    query: [u8; 4],
    key: Key,
}

const LAYOUT: u8 = 2;
const LENGTH: usize = 1 + 1 + 4 + 8 + 16;
/// Microseconds of the years that PostgreSQL and people agree on, roughly.
const MAX_TIME: i64 = 253_402_300_799_999_999;

impl Cursor {
    /// Untrusted input: anything that is not a cursor of this query is refused.
    fn decode(text: &str, query: &Query) -> Result<Key, Fault> {
        let cursor = <Self as CursorType>::decode_cursor(text).map_err(Fault::bad_input)?;
        let in_time =
            query.keyset.kind != SortKind::Time || (-MAX_TIME..=MAX_TIME).contains(&cursor.key.value);
        if cursor.order != query.keyset.tag || !in_time {
            return Err(Fault::bad_input(
                "this cursor belongs to another list or order; start that one without it",
            ));
        }
        if cursor.query != query.mark() {
            let message =
                "this cursor belongs to another list, filter or direction; start that one without it";
            return Err(Fault::bad_input(message));
        }
        Ok(cursor.key)
    }
}

impl CursorType for Cursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this API; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| REFUSED)?;
        let ([layout, order], rest) = bytes.split_first_chunk::<2>().ok_or(REFUSED)?;
        let (query, rest) = rest.split_first_chunk::<4>().ok_or(REFUSED)?;
        let (value, id) = rest.split_first_chunk::<8>().ok_or(REFUSED)?;
        if *layout != LAYOUT {
            return Err(REFUSED);
        }
        let id = Uuid::from_slice(id).map_err(|_| REFUSED)?;
        Ok(Self { order: *order, query: *query, key: Key { value: i64::from_be_bytes(*value), id } })
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = [0_u8; LENGTH];
        bytes[..2].copy_from_slice(&[LAYOUT, self.order]);
        bytes[2..6].copy_from_slice(&self.query);
        bytes[6..14].copy_from_slice(&self.key.value.to_be_bytes());
        bytes[14..].copy_from_slice(self.key.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A connection with a total that is counted only when asked for.
pub type Listing<N> = Connection<Cursor, N, Total>;

/// Counts what a connection runs over.
pub struct Total(Box<dyn Fn() -> BoxFuture<'static, Result<i64, Fault>> + Send + Sync>);

impl Total {
    /// Counts by this.
    pub(super) fn new(
        count: impl Fn() -> BoxFuture<'static, Result<i64, Fault>> + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new(count))
    }
}

/// Fields of every connection beyond Relay's.
#[Object]
impl Total {
    /// How many items the filter leaves, on all pages together. Counted only when asked for; ask for it once,
    /// not with every page.
    async fn total_count(&self) -> Result<i64, Fault> {
        (self.0)().await
    }
}

/// A page of a read model as a connection.
pub(super) async fn listing<R, N>(
    loaders: &Loaders,
    filter: impl Filter + 'static,
    keyset: Keyset,
    paging: &Paging,
) -> Result<Listing<N>, Fault>
where
    R: ReadRow + Sync,
    N: OutputType + From<Arc<R>>,
{
    let (query, list) = asked::<R>(filter, keyset, paging)?;
    let (pool, reach) = (loaders.pool.clone(), loaders.reach_filtered::<R>(&*list.filter)?);
    let page = loaders.page::<R>(reach, Arc::clone(&list)).await?;
    let total = Total(Box::new(move || {
        let (pool, list) = (pool.clone(), Arc::clone(&list));
        async move { Ok(read::count::<R>(&pool, reach, &*list.filter, keyset).await?) }.boxed()
    }));
    Ok(connection(&query, page, total, N::from))
}

/// A page of the rows whose `column` holds `parent`, as a connection. It is loaded together with those of the
/// parent's siblings.
pub(super) async fn listing_below<R, N>(
    below: &Below<R>,
    (column, parent): (&'static str, Uuid),
    filter: impl Filter + 'static,
    keyset: Keyset,
    paging: &Paging,
) -> Result<Listing<N>, Fault>
where
    R: ReadRow + Sync,
    N: OutputType + From<Arc<R>>,
{
    let (query, list) = asked::<R>(filter, keyset, paging)?;
    let child = Child { column, parent, list };
    let found = below.rows.load(child.clone()).await?.unwrap_or_else(|| nothing(&child.list.page));
    let counts = Arc::clone(&below.counts);
    let total = Total(Box::new(move || {
        let (counts, child) = (Arc::clone(&counts), child.clone());
        async move { Ok(counts.load(child).await?.unwrap_or_default()) }.boxed()
    }));
    Ok(connection(&query, found, total, N::from))
}

/// A page of these rows, instead of those of the read model, as a connection. It is made together with those of the
/// parent's siblings.
pub(super) async fn listing_given<R, N>(
    below: &Below<R>,
    rows: &Parts<R>,
    filter: impl Filter + 'static,
    keyset: Keyset,
    paging: &Paging,
    show: impl Fn(Arc<R>) -> N,
) -> Result<Listing<N>, Fault>
where
    R: ReadRow + Serialize + Sync,
    N: OutputType,
{
    let (query, list) = asked::<R>(filter, keyset, paging)?;
    let given = Given { rows: rows.values().cloned().collect(), list };
    let found = below.given.load(given.clone()).await?.unwrap_or_else(|| nothing(&given.list.page));
    let counts = Arc::clone(&below.given_counts);
    let total = Total(Box::new(move || {
        let (counts, given) = (Arc::clone(&counts), given.clone());
        async move { Ok(counts.load(given).await?.unwrap_or_default()) }.boxed()
    }));
    Ok(connection(&query, found, total, show))
}

/// What is asked for.
fn asked<R: ReadRow>(
    filter: impl Filter + 'static,
    keyset: Keyset,
    paging: &Paging,
) -> Result<(Query, Arc<List>), Fault> {
    let query = Query::new::<R>(&filter, keyset);
    let page = paging.request(&query)?;
    let list = List { filter: Arc::new(filter), keyset, page, digest: query.digest };
    Ok((query, Arc::new(list)))
}

/// The page of a parent that has no such rows.
const fn nothing<R>(page: &PageRequest) -> Page<R> {
    Page { rows: Vec::new(), has_previous: page.after.is_some(), has_next: page.before.is_some() }
}

/// The place of a row in a list, as the list's own cursors say it.
pub(super) fn cursor<R: ReadRow>(filter: &dyn Filter, keyset: Keyset, key: Key) -> Cursor {
    Query::new::<R>(filter, keyset).cursor(key)
}

/// What is wanted of a list that is not read as the others are.
pub(super) fn request<R: ReadRow>(
    filter: &dyn Filter,
    keyset: Keyset,
    paging: &Paging,
) -> Result<PageRequest, Fault> {
    paging.request(&Query::new::<R>(filter, keyset))
}

fn connection<R, N: OutputType>(
    query: &Query,
    page: Page<Arc<R>>,
    total: Total,
    show: impl Fn(Arc<R>) -> N,
) -> Listing<N> {
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    connection.edges.extend(page.rows.into_iter().map(|(key, row)| Edge::new(query.cursor(key), show(row))));
    connection
}

#[cfg(test)]
mod tests {
    use ledgerdesk_projections::{calls, redates};

    use super::*;

    fn by_time(filter: &calls::Filter) -> Query {
        Query::new::<calls::Row>(filter, Keyset::time(1, "t.started_at", true))
    }

    fn any() -> Query {
        by_time(&calls::Filter::default())
    }

    #[test]
    fn a_cursor_survives_its_text_form_and_stays_in_its_query() {
        let key = Key { value: -5, id: Uuid::from_u128(9) };
        let text = any().cursor(key).encode_cursor();
        assert_eq!(Cursor::decode(&text, &any()).unwrap(), key);
        let filter = calls::Filter::default();
        for other in [
            Query::new::<calls::Row>(&filter, Keyset::number(2, "t.attempt", true)),
            Query::new::<calls::Row>(&filter, Keyset::time(1, "t.started_at", false)),
            Query::new::<redates::Row>(&redates::Filter::default(), Keyset::time(1, "t.started_at", true)),
            by_time(&calls::Filter { managers: vec![Uuid::nil().into()], ..filter.clone() }),
        ] {
            assert_eq!(Cursor::decode(&text, &other).unwrap_err().code(), "BAD_USER_INPUT");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let beyond_time = any().cursor(Key { value: i64::MAX, id: Uuid::nil() }).encode_cursor();
        let cut = beyond_time[..30].to_owned();
        for text in ["", "0", "\u{0}", &"A".repeat(40), &"x".repeat(100_000), &beyond_time, &cut] {
            assert_eq!(Cursor::decode(text, &any()).unwrap_err().code(), "BAD_USER_INPUT", "{text:.40}");
        }
    }

    #[test]
    fn a_page_has_between_1_and_100_items_from_one_end() {
        let paging = |first, last| Paging { first, last, ..Paging::default() }.request(&any());
        assert_eq!(paging(None, None).unwrap().size, 20);
        assert_eq!(paging(Some(100), None).unwrap().size, 100);
        assert!(paging(None, Some(1)).unwrap().from_end);
        for (first, last) in
            [(Some(0), None), (Some(-1), None), (Some(101), None), (None, Some(0)), (Some(1), Some(1))]
        {
            assert_eq!(paging(first, last).unwrap_err().code(), "BAD_USER_INPUT");
        }
    }
}
