//! Pages of rows that are given instead of those of their table, such as those of consultations as they were.
//!
//! The database narrows, orders and cuts them: one description of every filter and order, whatever the rows. One
//! statement does so for many lists at once.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::PgPool;

use super::{
    Conditions, Filter, Keyset, Page, PageRequest, Reach, ReadRow, children::pages, fetch::skip_null,
    stored::placed_columns,
};

/// The same page of each of these lists of rows, by the number of the list from 0: as the table would be read if it held
/// that list and no others. A list without such rows has no entry.
pub async fn pages_of<R: ReadRow + Serialize + Sync>(
    pool: &PgPool,
    reach: Reach,
    lists: &[Vec<&R>],
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<HashMap<usize, Page<R>>, sqlx::Error> {
    let begin = format!("select given.number - 1 as parent_of_row, {}", placed_columns::<R>(reach, keyset));
    let mut statement = Conditions::given::<R>(&begin, reach, lists)?;
    filter.restrict(&mut statement);
    Ok(numbered(pages(pool, statement, keyset, request).await?))
}

/// How many rows of each list the filter leaves in the order, by the number of the list from 0. A list without such rows
/// has no entry.
pub async fn counts_of<R: ReadRow + Serialize + Sync>(
    pool: &PgPool,
    reach: Reach,
    lists: &[Vec<&R>],
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<HashMap<usize, i64>, sqlx::Error> {
    let mut statement = Conditions::given::<R>("select given.number - 1, count(*)", reach, lists)?;
    filter.restrict(&mut statement);
    skip_null(&mut statement, keyset);
    let mut sql = statement.0;
    sql.push(") t group by given.number");
    Ok(numbered(sql.build_query_as::<(i64, i64)>().fetch_all(pool).await?))
}

fn numbered<T>(found: impl IntoIterator<Item = (i64, T)>) -> HashMap<usize, T> {
    found.into_iter().filter_map(|(number, of)| Some((usize::try_from(number).ok()?, of))).collect()
}
