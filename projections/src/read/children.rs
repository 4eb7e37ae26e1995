//! The lists below rows: a page for each of many parents, in one statement.

use std::{collections::HashMap, hash::Hash};

use sqlx::{Decode, PgPool, Postgres, Row as _, Type};
use uuid::Uuid;

use super::{
    Conditions, Filter, Key, Keyset, Page, PageRequest, Reach, ReadRow,
    fetch::{arrange, order, skip_null, within_page},
    stored::{placed_columns, read_placed},
};

/// The same page below each parent: rows whose column `parent` has its id. The table has an index on (workspace,
/// that column, the order's column, key). A parent without rows has no entry.
pub async fn children<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    parents: (&'static str, &[Uuid]),
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<R>>, sqlx::Error> {
    let begin = format!("select parent.id as parent_of_row, {}", placed_columns::<R>(reach, keyset));
    let mut statement = Conditions::below::<R>(&begin, reach, parents);
    filter.restrict(&mut statement);
    pages(pool, statement, keyset, request).await
}

/// The page of each `parent_of_row`, of a statement that is yet to be narrowed to pages.
pub(super) async fn pages<P, R>(
    pool: &PgPool,
    mut statement: Conditions,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<HashMap<P, Page<R>>, sqlx::Error>
where
    P: Eq + Hash + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    R: ReadRow,
{
    within_page::<R>(&mut statement, keyset, request, None)?;
    let order = order::<R>(keyset, request);
    let mut sql = statement.0;
    sql.push(format_args!(" {order} limit {}) t {order}", i32::from(request.size) + 1));
    let mut rows: HashMap<P, Vec<(Key, R)>> = HashMap::new();
    for row in sql.build().fetch_all(pool).await? {
        rows.entry(row.try_get("parent_of_row")?).or_default().push(read_placed(&row, keyset)?);
    }
    Ok(rows.into_iter().map(|(parent, rows)| (parent, arrange(rows, request))).collect())
}

/// How many rows the filter leaves below each parent. A parent without rows has no entry.
pub async fn count_children<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    (parent, parents): (&'static str, &[Uuid]),
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<HashMap<Uuid, i64>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&format!("{parent}, count(*)"), reach);
    statement.one_of_ids(parent, parents);
    filter.restrict(&mut statement);
    skip_null(&mut statement, keyset);
    let mut sql = statement.0;
    sql.push(format_args!(" group by {parent}"));
    Ok(sql.build_query_as::<(Uuid, i64)>().fetch_all(pool).await?.into_iter().collect())
}
