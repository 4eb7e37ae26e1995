//! Pages of rows that are given instead of those of their table, such as those of a consultation as it was.
//!
//! The database narrows, orders and cuts them: one description of every filter and order, whatever the rows.

use serde::Serialize;
use sqlx::PgPool;

use super::{
    Conditions, Filter, Keyset, Page, PageRequest, Reach, ReadRow,
    fetch::{arrange, order, skip_null, within_page},
    stored::{placed_columns, read_placed},
};

/// A page of these rows, as the table would be read if it held them and no others.
pub async fn page_of<R: ReadRow + Serialize + Sync>(
    pool: &PgPool,
    reach: Reach,
    rows: &[&R],
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<R>, sqlx::Error> {
    let begin = format!("select {}", placed_columns::<R>(reach, keyset));
    let mut statement = Conditions::given::<R>(&begin, reach, rows)?;
    filter.restrict(&mut statement);
    within_page::<R>(&mut statement, keyset, request)?;
    let mut sql = statement.0;
    sql.push(format_args!(" {} limit {}", order::<R>(keyset, request), i32::from(request.size) + 1));
    let found = sql.build().fetch_all(pool).await?;
    let rows = found.iter().map(|row| read_placed::<R>(row, keyset)).collect::<Result<_, _>>()?;
    Ok(arrange(rows, request))
}

/// How many of these rows the filter leaves in the order.
pub async fn count_of<R: ReadRow + Serialize + Sync>(
    pool: &PgPool,
    reach: Reach,
    rows: &[&R],
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<i64, sqlx::Error> {
    let mut statement = Conditions::given::<R>("select count(*)", reach, rows)?;
    filter.restrict(&mut statement);
    skip_null(&mut statement, keyset);
    statement.0.build_query_scalar().fetch_one(pool).await
}
