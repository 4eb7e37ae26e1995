//! One view of the read models for all statements of an answer, and where in the log it is.

use std::time::Duration;

use ledgerdesk_domain::{id::WorkspaceId, stream::Position};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::{
    Metric, Question, Refusal, Table,
    source::{Source, Terms},
};

/// How often, and how far apart, it is looked whether the read models came to stand at one position.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// A transaction that sees the read models as they were at one moment.
pub struct Snapshot {
    pub(super) transaction: Transaction<'static, Postgres>,
    /// Everything up to here is in every one of them.
    pub position: Position,
    /// And nothing beyond it in any.
    pub exact: bool,
    /// What else answers are reckoned by.
    pub(super) terms: Terms,
}

impl Snapshot {
    /// Sees these read models. Waits a moment for them to stand at one position; where the log does not rest,
    /// [`Snapshot::exact`] may be false.
    pub async fn open(pool: &PgPool, read_models: &[&str]) -> Result<Self, Refusal> {
        let mut look = 1;
        loop {
            let mut transaction = pool.begin_with("begin isolation level repeatable read read only").await?;
            let (least, most): (Option<i64>, Option<i64>) = sqlx::query_as(
                "select min(position), max(position) from ledgerdesk.projections
                  where build = 'live' and name = any($1)",
            )
            .bind(read_models)
            .fetch_one(&mut *transaction)
            .await?;
            let exact = least == most;
            if exact || look >= LOOKS {
                let position = Position(least.unwrap_or_default());
                return Ok(Self { transaction, position, exact, terms: Terms::default() });
            }
            transaction.rollback().await?;
            tokio::time::sleep(PAUSE).await;
            look += 1;
        }
    }

    /// Sees what the question is answered from, the rules of the workspace included.
    pub async fn of(source: &Source, workspace: WorkspaceId, question: &Question) -> Result<Self, Refusal> {
        let mut snapshot = Self::open(&source.pool, &read_models(question)).await?;
        // After the read models: what the log has up to their position is in the rules.
        let (terms, learned) = source.terms(&mut snapshot.transaction, workspace, question).await?;
        snapshot.exact &= learned <= snapshot.position;
        snapshot.terms = terms;
        Ok(snapshot)
    }

    /// The same, but refuses where they do not come to stand at one position.
    pub async fn of_exactly(
        source: &Source,
        workspace: WorkspaceId,
        question: &Question,
    ) -> Result<Self, Refusal> {
        let snapshot = Self::of(source, workspace, question).await?;
        if snapshot.exact { Ok(snapshot) } else { Err(Refusal::Unsettled) }
    }

    /// As of when it is answered: what is still open is late by then.
    pub const fn as_of(&self) -> chrono::DateTime<chrono::Utc> {
        self.terms.at
    }

    /// The same, but refuses where they do not come to stand at one position: for what must come out the same again.
    pub async fn open_exactly(pool: &PgPool, read_models: &[&str]) -> Result<Self, Refusal> {
        let snapshot = Self::open(pool, read_models).await?;
        if snapshot.exact { Ok(snapshot) } else { Err(Refusal::Unsettled) }
    }

    /// Where further statements of the same view are run, none of them for longer than `within`.
    pub async fn connection(&mut self, within: Duration) -> Result<&mut PgConnection, sqlx::Error> {
        // The transaction ends with its reader, and so does the setting.
        sqlx::query("select set_config('statement_timeout', $1, true)")
            .bind(within.as_millis().to_string())
            .execute(&mut *self.transaction)
            .await?;
        Ok(&mut self.transaction)
    }
}

/// The read models that the question is answered from.
pub fn read_models(question: &Question) -> Vec<&'static str> {
    let mut names = Vec::new();
    for Metric { measure, .. } in &question.metrics {
        names.push(measure.table.name());
        let of_consultation = question.dimensions.iter().any(super::Dimension::is_of_consultation);
        if of_consultation || measure.team.starts_with("c.") {
            names.push(Table::Consultations.name());
        }
    }
    if question.filter.is_some() {
        names.push("consultation_list");
    }
    names.sort_unstable();
    names.dedup();
    names
}
