//! Lists whose filter leaves few rows while their order belongs to another index.
//!
//! In the order of its index, a list passes over everything that the filter does not want: what was opened in a month of
//! some year ago, by its last change, is behind all that has changed since. So it is looked first, in the index of what
//! narrows, whether there are few such rows; then these are put in order. Where there are many, a page is soon found.

use sqlx::PgPool;

use super::{Conditions, Facet, Filter, Keyset, Reach, ReadRow, TimeRange};

/// A part of a filter that may leave few rows, with an index that leads to them. The whole filter must hold nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrow {
    by: By,
    /// The most rows that are put in order.
    few: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Texts(Facet),
    Span(&'static str, TimeRange),
}

impl Narrow {
    /// These texts: rows that have them lie anywhere in another order.
    pub fn texts(facet: Facet) -> Self {
        Self { by: By::Texts(facet), few: 5_000 }
    }

    /// This span of time, if it is over: its rows lie together in the order of another time, and a page of them is far
    /// away. Those of a span without an end are where most lists begin.
    pub fn span(column: &'static str, span: TimeRange) -> Option<Self> {
        span.before.map(|_| Self { by: By::Span(column, span), few: 20_000 })
    }

    /// From `begin` on, the rows that it leaves, as `t`, looked up by its index whatever follows.
    fn rows<R: ReadRow>(&self, begin: &str, reach: Reach, limit: &str) -> Conditions {
        let mut rows = Conditions::selecting::<R>(begin, reach);
        match &self.by {
            By::Texts(facet) => rows.texts(facet.column, facet.texts()),
            By::Span(column, span) => rows.within(column, span),
        }
        // What stands outside of the brackets does not change how they are read.
        rows.0.push(format_args!(" {limit}) t where true"));
        rows
    }

    /// The statement of a list among these rows.
    pub(super) fn among<R: ReadRow>(&self, select: &str, reach: Reach) -> Conditions {
        self.rows::<R>(&format!("{select} from (select t.*"), reach, "offset 0")
    }

    async fn is_of_few<R: ReadRow>(&self, pool: &PgPool, reach: Reach) -> Result<bool, sqlx::Error> {
        let limit = format!("limit {}", self.few + 1);
        let mut counted = self.rows::<R>("select count(*) from (select", reach, &limit).0;
        let count: i64 = counted.build_query_scalar().fetch_one(pool).await?;
        Ok(count <= i64::from(self.few))
    }
}

/// What the list is read among, if that is few.
pub(super) async fn narrowed<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<Option<Narrow>, sqlx::Error> {
    for narrow in filter.narrow(keyset) {
        if narrow.is_of_few::<R>(pool, reach).await? {
            return Ok(Some(narrow));
        }
    }
    Ok(None)
}
