//! Reads for those who keep a whole view and follow its changes.

use sqlx::PgPool;
use uuid::Uuid;

use super::{
    Conditions, Filter, Reach, ReadRow,
    fetch::{self, whole_rows},
    stored::columns,
};

/// Every row that the filter leaves, in no particular order; no more than `limit`.
pub async fn whole<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    limit: u16,
) -> Result<Vec<R>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&columns::<R>(reach), reach);
    filter.restrict(&mut statement);
    statement.0.push(format_args!(" limit {limit}"));
    whole_rows(statement, pool).await
}

/// Those of the rows with these ids that the filter leaves, in no particular order.
pub async fn among<R: ReadRow>(
    pool: &PgPool,
    reach: Reach,
    filter: &dyn Filter,
    ids: &[Uuid],
) -> Result<Vec<R>, sqlx::Error> {
    let mut statement = Conditions::new::<R>(&columns::<R>(reach), reach);
    filter.restrict(&mut statement);
    fetch::among(&mut statement, R::KEY, ids);
    whole_rows(statement, pool).await
}
