//! Relay connections over keyset pages.

use std::sync::Arc;

use async_graphql::{
    Object, OutputType,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{FutureExt as _, future::BoxFuture};
use ledgerdesk_projections::read::{self, Filter, Key, Keyset, PageRequest, Reach, ReadRow, SortKind};
use sqlx::PgPool;
use uuid::Uuid;

use super::{error::Fault, loaders::Loaders};

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
    fn request(&self, keyset: Keyset) -> Result<PageRequest, Fault> {
        let (from_end, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(Fault::bad_input("give `first` or `last`, not both")),
            (first, None) => (false, size("first", first)?),
            (None, last) => (true, size("last", last)?),
        };
        let place = |cursor: &Option<String>| {
            cursor.as_deref().map(|cursor| Cursor::decode(cursor, keyset)).transpose()
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

/// A row's place in an order, opaque to clients. The first byte is the layout, the second names the order, so
/// that a cursor is refused where it does not belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    order: u8,
    key: Key,
}

const LAYOUT: u8 = 1;
/// Microseconds of the years that PostgreSQL and people agree on, roughly.
const MAX_TIME: i64 = 253_402_300_799_999_999;

impl Cursor {
    /// Untrusted input: anything that is not a cursor of this order is refused.
    fn decode(text: &str, keyset: Keyset) -> Result<Key, Fault> {
        let cursor = <Self as CursorType>::decode_cursor(text).map_err(Fault::bad_input)?;
        let in_time = keyset.kind != SortKind::Time || (-MAX_TIME..=MAX_TIME).contains(&cursor.key.value);
        if cursor.order == keyset.tag && in_time {
            Ok(cursor.key)
        } else {
            Err(Fault::bad_input("this cursor belongs to another list or order; start that one without it"))
        }
    }
}

impl CursorType for Cursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this API; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let bytes: [u8; 26] = bytes.try_into().map_err(|_| REFUSED)?;
        let ([layout, order], rest) = bytes.split_first_chunk::<2>().ok_or(REFUSED)?;
        let (value, id) = rest.split_first_chunk::<8>().ok_or(REFUSED)?;
        if *layout != LAYOUT {
            return Err(REFUSED);
        }
        let id = Uuid::from_slice(id).map_err(|_| REFUSED)?;
        Ok(Self { order: *order, key: Key { value: i64::from_be_bytes(*value), id } })
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = [0_u8; 26];
        bytes[..2].copy_from_slice(&[LAYOUT, self.order]);
        bytes[2..10].copy_from_slice(&self.key.value.to_be_bytes());
        bytes[10..].copy_from_slice(self.key.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

/// A connection with a total that is counted only when asked for.
pub type Listing<N> = Connection<Cursor, N, Total>;

/// Counts what a connection runs over.
pub struct Total {
    pool: PgPool,
    reach: Reach,
    filter: Arc<dyn Filter>,
    keyset: Keyset,
    count: Count,
}

type Count = fn(PgPool, Reach, Arc<dyn Filter>, Keyset) -> BoxFuture<'static, Result<i64, sqlx::Error>>;

/// Fields of every connection beyond Relay's.
#[Object]
impl Total {
    /// How many items the filter leaves, on all pages together. Counted only when asked for; ask for it once,
    /// not with every page.
    async fn total_count(&self) -> Result<i64, Fault> {
        let counted = (self.count)(self.pool.clone(), self.reach, Arc::clone(&self.filter), self.keyset);
        Ok(counted.await?)
    }
}

fn count<R: ReadRow>(
    pool: PgPool,
    reach: Reach,
    filter: Arc<dyn Filter>,
    keyset: Keyset,
) -> BoxFuture<'static, Result<i64, sqlx::Error>> {
    async move { read::count::<R>(&pool, reach, &*filter, keyset).await }.boxed()
}

/// A page of a read model as a connection.
pub(super) async fn listing<R, N>(
    loaders: &Loaders,
    filter: impl Filter + 'static,
    keyset: Keyset,
    paging: &Paging,
) -> Result<Listing<N>, Fault>
where
    R: ReadRow,
    N: OutputType + From<Arc<R>>,
{
    let (request, reach) = (paging.request(keyset)?, loaders.reach_filtered::<R>(&filter)?);
    let filter: Arc<dyn Filter> = Arc::new(filter);
    let page = read::page::<R>(&loaders.pool, reach, &*filter, keyset, &request).await?;
    let total = Total { pool: loaders.pool.clone(), reach, filter, keyset, count: count::<R> };
    let mut connection = Connection::with_additional_fields(page.has_previous, page.has_next, total);
    connection.edges.extend(
        page.rows
            .into_iter()
            .map(|(key, row)| Edge::new(Cursor { order: keyset.tag, key }, N::from(Arc::new(row)))),
    );
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_TIME: Keyset = Keyset::time(1, "t.opened_at", true);
    const BY_NUMBER: Keyset = Keyset::number(2, "t.priority_rank", true);

    #[test]
    fn a_cursor_survives_its_text_form_and_stays_in_its_order() {
        let key = Key { value: -5, id: Uuid::from_u128(9) };
        let text = Cursor { order: 1, key }.encode_cursor();
        assert_eq!(Cursor::decode(&text, BY_TIME).unwrap(), key);
        assert_eq!(Cursor::decode(&text, BY_NUMBER).unwrap_err().code(), "BAD_USER_INPUT");
    }

    #[test]
    fn anything_else_is_refused() {
        let beyond_time = Cursor { order: 1, key: Key { value: i64::MAX, id: Uuid::nil() } }.encode_cursor();
        for text in ["", "0", "\u{0}", &"A".repeat(35), &"x".repeat(100_000), &beyond_time] {
            assert_eq!(Cursor::decode(text, BY_TIME).unwrap_err().code(), "BAD_USER_INPUT", "{text:.40}");
        }
    }

    #[test]
    fn a_page_has_between_1_and_100_items_from_one_end() {
        let paging = |first, last| Paging { first, last, ..Paging::default() }.request(BY_TIME);
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
