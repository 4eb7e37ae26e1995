//! The statements that read models are read with.

use chrono::DateTime;
use serde::de::DeserializeOwned;
use sqlx::{PgPool, Postgres, QueryBuilder, types::Json};
use uuid::Uuid;

use super::{
    Among, Conditions, Filter, Key, Keyset, Page, PageRequest, Reach, ReadRow, SortKind, explain_among,
    narrow::narrowed,
    page_among,
    stored::{columns, placed_columns, read, read_placed},
};

/// A page of a filtered, ordered list.
pub async fn page<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<R>, sqlx::Error> {
    if let Some(narrow) = narrowed::<R>(pool, reach, filter, keyset).await? {
        let begin = |select: &str| narrow.among::<R>(select, reach);
        return page_among(pool, Among { reach, begin: &begin }, filter, keyset, request).await;
    }
    let mut sql = statement::<R>("", reach, filter, keyset, request)?;
    let found = sql.build().fetch_all(pool).await?;
    let rows = found.iter().map(|row| read_placed::<R>(row, keyset)).collect::<Result<_, _>>()?;
    Ok(arrange(rows, request))
}

/// How PostgreSQL reads a page, as `explain (analyze, format json)` tells it: for whoever tunes indexes, and for
/// the test that holds every filter and order to them.
pub async fn explain<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<serde_json::Value, sqlx::Error> {
    if let Some(narrow) = narrowed::<R>(pool, reach, filter, keyset).await? {
        let begin = |select: &str| narrow.among::<R>(select, reach);
        return explain_among::<R>(pool, Among { reach, begin: &begin }, filter, keyset, request).await;
    }
    let mut sql = statement::<R>("explain (analyze, format json) ", reach, filter, keyset, request)?;
    let Json(plan) = sql.build_query_scalar::<Json<serde_json::Value>>().fetch_one(pool).await?;
    Ok(plan)
}

fn statement<R: ReadRow>(
    prefix: &str,
    reach: Reach,
    filter: &dyn Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<QueryBuilder<Postgres>, sqlx::Error> {
    let select = format!("{prefix}select {} from (select t.*", placed_columns::<R>(reach, keyset));
    let facets = filter.facets(keyset);
    let mut statement = if facets.is_empty() {
        Conditions::selecting::<R>(&select, reach)
    } else {
        Conditions::by_facets::<R>(&select, reach, &facets, filter.is_combined())
    };
    filter.restrict(&mut statement);
    let each = facets.iter().position(|facet| facet.is_each(keyset.column));
    within_page::<R>(&mut statement, keyset, request, each)?;
    let order = order::<R>(keyset, request);
    let limit = i32::from(request.size) + 1;
    let mut sql = statement.0;
    if !facets.is_empty() {
        sql.push(format_args!(" {order} limit {limit}) t"));
    }
    sql.push(format_args!(" {order} limit {limit}) t {order}"));
    Ok(sql)
}

/// Restricts to the rows between the bounds of the page. `each` is the facet that has the order's own column, of which
/// every range has one value.
pub(super) fn within_page<R: ReadRow>(
    statement: &mut Conditions,
    keyset: Keyset,
    request: &PageRequest,
    each: Option<usize>,
) -> Result<(), sqlx::Error> {
    skip_null(statement, keyset);
    for (bound, forward) in [(request.after, true), (request.before, false)] {
        let greater = forward != keyset.descending;
        match (bound, each) {
            (Some(key), None) => beyond::<R>(statement, keyset, key, greater)?,
            (Some(key), Some(facet)) => beyond_of_each::<R>(statement, facet, key, greater),
            (None, _) => {}
        }
    }
    Ok(())
}

/// `order by` as the page is read: from the end where the last rows are wanted.
pub(super) fn order<R: ReadRow>(keyset: Keyset, request: &PageRequest) -> String {
    let direction = if keyset.descending == request.from_end { "asc" } else { "desc" };
    format!("order by {} {direction}, t.{} {direction}", keyset.column, R::KEY)
}

/// How many rows the filter leaves in the order.
pub async fn count<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    keyset: Keyset,
) -> Result<i64, sqlx::Error> {
    let mut statement = Conditions::new::<R>("count(*)", reach);
    filter.restrict(&mut statement);
    skip_null(&mut statement, keyset);
    statement.0.build_query_scalar().fetch_one(pool).await
}

/// One JSON object per group, in the order of the group. `select` builds it; `group` is the column.
pub(crate) async fn grouped<R: ReadRow, G: DeserializeOwned + Send + Unpin + 'static>(
    pool: &PgPool,
    (select, group): (&'static str, &'static str),
    reach: Reach,
    filter: &dyn Filter,
) -> Result<Vec<G>, sqlx::Error> {
    groups(pool, Conditions::new::<R>(select, reach), group, filter).await
}

pub(super) async fn groups<G: DeserializeOwned + Send + Unpin + 'static>(
    pool: &PgPool,
    mut statement: Conditions,
    group: &'static str,
    filter: &dyn Filter,
) -> Result<Vec<G>, sqlx::Error> {
    filter.restrict(&mut statement);
    let mut sql = statement.0;
    sql.push(format_args!(" group by {group} order by {group}"));
    let groups = sql.build_query_scalar::<Json<G>>().fetch_all(pool).await?;
    Ok(groups.into_iter().map(|Json(group)| group).collect())
}

/// The rows with these ids, in any order; those of other workspaces do not exist here.
pub async fn by_ids<R: ReadRow>(pool: &PgPool, reach: Reach, ids: &[Uuid]) -> Result<Vec<R>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&columns::<R>(reach), reach);
    among(&mut statement, R::KEY, ids);
    whole_rows(statement, pool).await
}

/// Only rows with these ids.
pub(super) fn among(statement: &mut Conditions, key: &'static str, ids: &[Uuid]) {
    let sql = &mut statement.0;
    match ids {
        [id] => drop(sql.push(format_args!(" and t.{key} = ")).push_bind(*id)),
        // A list whose length the planner sees is planned anew each time.
        ids => drop(
            sql.push(format_args!(" and t.{key} = any((select ")).push_bind(ids.to_vec()).push(")::uuid[])"),
        ),
    }
}

/// All that a statement over [`columns`] finds.
pub(super) async fn whole_rows<R: ReadRow>(
    statement: Conditions,
    pool: &PgPool,
) -> Result<Vec<R>, sqlx::Error> {
    let mut sql = statement.0;
    let found = sql.build().fetch_all(pool).await?;
    found.iter().map(read).collect()
}

pub(super) fn skip_null(statement: &mut Conditions, keyset: Keyset) {
    if keyset.skips_null {
        statement.0.push(format_args!(" and {} is not null", keyset.column));
    }
}

/// Only rows on one side of a place.
fn beyond<R: ReadRow>(
    statement: &mut Conditions,
    keyset: Keyset,
    key: Key,
    greater: bool,
) -> Result<(), sqlx::Error> {
    let operator = if greater { '>' } else { '<' };
    let sql = &mut statement.0;
    sql.push(format_args!(" and ({}, t.{}) {operator} (", keyset.column, R::KEY));
    match keyset.kind {
        SortKind::Time => {
            let time = DateTime::from_timestamp_micros(key.value)
                .ok_or_else(|| sqlx::Error::Encode("a page bound lies outside of time".into()))?;
            sql.push_bind(time);
        }
        SortKind::Number => drop(sql.push_bind(key.value)),
    }
    sql.push(", ").push_bind(key.id).push(")");
    Ok(())
}

/// The same where a range has one value of the order's column. Of one value all rows lie beyond the place, or none do, or
/// those with the keys beyond: said of the key alone, so that the range is entered there. Of a value and of a place
/// PostgreSQL enters it by the value, and passes over every row before the place.
fn beyond_of_each<R: ReadRow>(statement: &mut Conditions, facet: usize, key: Key, greater: bool) {
    let (operator, before_all, behind_all) =
        if greater { ('>', Uuid::nil(), Uuid::max()) } else { ('<', Uuid::max(), Uuid::nil()) };
    let sql = &mut statement.0;
    sql.push(format_args!(" and t.{} {operator} case when f{facet}.value = ", R::KEY)).push_bind(key.value);
    sql.push(" then ").push_bind(key.id).push(format_args!(" when f{facet}.value {operator} "));
    sql.push_bind(key.value).push(format_args!(" then '{before_all}'::uuid else '{behind_all}'::uuid end"));
}

/// Cuts the row that was read too many, and puts a page that was read from the end into the list's order.
pub(crate) fn arrange<R>(mut rows: Vec<(Key, R)>, request: &PageRequest) -> Page<R> {
    let more = rows.len() > usize::from(request.size);
    rows.truncate(usize::from(request.size));
    if request.from_end {
        rows.reverse();
        Page { rows, has_previous: more, has_next: request.before.is_some() }
    } else {
        Page { rows, has_previous: request.after.is_some(), has_next: more }
    }
}
