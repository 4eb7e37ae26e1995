//! Reads for those who keep a whole view and follow its changes.

use sqlx::{PgPool, types::Json};
use uuid::Uuid;

use super::{Conditions, Filter, Reach, ReadRow, fetch::row};

/// Every row that the filter leaves, in no particular order; no more than `limit`.
pub async fn whole<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    limit: u16,
) -> Result<Vec<R>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&row::<R>(reach), reach);
    filter.restrict(&mut statement);
    let mut sql = statement.0;
    sql.push(format_args!(" limit {limit}"));
    let rows = sql.build_query_scalar::<Json<R>>().fetch_all(pool).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Those of the rows with these ids that the filter leaves, in no particular order.
pub async fn among<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    ids: &[Uuid],
) -> Result<Vec<R>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&row::<R>(reach), reach);
    filter.restrict(&mut statement);
    let mut sql = statement.0;
    sql.push(format_args!(" and t.{} = any(", R::KEY)).push_bind(ids.to_vec()).push(")");
    let rows = sql.build_query_scalar::<Json<R>>().fetch_all(pool).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
