//! Pages and counts of rows that are looked up in a way of their own, instead of by the conditions on their table.

use serde::de::DeserializeOwned;
use sqlx::{PgPool, Postgres, QueryBuilder, types::Json};

use super::{
    Conditions, Filter, Keyset, Page, PageRequest, Reach, ReadRow,
    fetch::{arrange, groups, order, skip_null, within_page},
    stored::{placed_columns, read_placed},
};

/// Rows that somebody else looks up.
#[derive(Clone, Copy)]
pub(crate) struct Among<'a> {
    /// How far the reader sees: `begin` is confined to it.
    pub(crate) reach: Reach,
    /// Goes on from `select …` to the rows, which are known as `t`, and where the first of their conditions stands.
    pub(crate) begin: &'a (dyn Fn(&str) -> Conditions + Sync),
}

/// A page of a filtered, ordered list among these rows.
pub(crate) async fn page_among<R: ReadRow>(
    pool: &PgPool,
    rows: Among<'_>,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<R>, sqlx::Error> {
    let mut sql = statement::<R>("", rows, filter, keyset, request)?;
    let found = sql.build().fetch_all(pool).await?;
    let rows = found.iter().map(|row| read_placed::<R>(row, keyset)).collect::<Result<_, _>>()?;
    Ok(arrange(rows, request))
}

/// How PostgreSQL reads such a page.
pub(crate) async fn explain_among<R: ReadRow>(
    pool: &PgPool,
    rows: Among<'_>,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<serde_json::Value, sqlx::Error> {
    let mut sql = statement::<R>("explain (analyze, format json) ", rows, filter, keyset, request)?;
    let Json(plan) = sql.build_query_scalar::<Json<serde_json::Value>>().fetch_one(pool).await?;
    Ok(plan)
}

fn statement<R: ReadRow>(
    prefix: &str,
    rows: Among<'_>,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let mut statement = (rows.begin)(&format!("{prefix}select {}", placed_columns::<R>(rows.reach, keyset)));
    filter.restrict(&mut statement);
    within_page::<R>(&mut statement, keyset, request, None)?;
    let mut sql = statement.0;
    sql.push(format_args!(" {} limit {}", order::<R>(keyset, request), i32::from(request.size) + 1));
    Ok(sql)
}

/// How many of these rows the filter leaves in the order.
pub(crate) async fn count_among(
    pool: &PgPool,
    rows: Among<'_>,
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<i64, sqlx::Error> {
    let mut statement = (rows.begin)("select count(*)");
    filter.restrict(&mut statement);
    skip_null(&mut statement, keyset);
    statement.0.build_query_scalar().fetch_one(pool).await
}

/// The same as [`super::grouped`], of these rows.
pub(crate) async fn grouped_among<G: DeserializeOwned + Send + Unpin + 'static>(
    pool: &PgPool,
    (select, group): (&'static str, &'static str),
    rows: Among<'_>,
    filter: &dyn Filter,
) -> Result<Vec<G>, sqlx::Error> {
    groups(pool, (rows.begin)(&format!("select {select}")), group, filter).await
}
