//! Journals, read in pieces of one snapshot.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

use super::{
    super::{Question, Refusal, source::Terms, statement::push_filter},
    fold::{Journal, decided},
    given::Given,
};
use crate::read::{Belonging, Reach};

/// How many consultations are read at a time.
const PIECE: usize = 2_000;

/// A consultation as it is read: the journal as JSON, which is decoded where it is folded.
#[derive(FromRow)]
struct Read {
    id: Uuid,
    opened_position: i64,
    opened_team: Option<String>,
    journal: String,
}

/// The facts of a question, piece by piece.
pub(in crate::analytics) struct Pieces {
    terms: Terms,
    range: (DateTime<Utc>, DateTime<Utc>),
    /// The piece that is being folded.
    folding: Option<JoinHandle<Result<Given, serde_json::Error>>>,
    is_read: bool,
}

impl Pieces {
    /// Opens the facts of a question, those of the time before included, in the order in which their consultations were
    /// opened if that is asked for. At most one is open in a transaction.
    pub(in crate::analytics) async fn open(
        connection: &mut PgConnection,
        (question, reach): (&Question, Reach),
        terms: &Terms,
        in_order: bool,
    ) -> Result<Self, Refusal> {
        let range = (question.earliest(), question.to);
        let mut sql = QueryBuilder::<Postgres>::new(
            "declare ledgerdesk_journals no scroll cursor for select t.id, t.opened_position, t.opened_team, \
             t.journal::text as journal from read.consultation_facts t where t.workspace_id = ",
        );
        sql.push_bind(reach.workspace.uuid());
        Belonging::Itself.restrict(&mut sql, reach.own);
        sql.push(" and t.opened_at < ").push_bind(range.1);
        // What stays resolved since before has no clock that runs after.
        sql.push(" and (t.full_resolution_at is null or t.full_resolution_at >= ")
            .push_bind(range.0)
            .push(")");
        push_filter(&mut sql, (question, reach), "t.id");
        if in_order {
            sql.push(" order by t.opened_at, t.id");
        }
        sql.build().persistent(false).execute(connection).await?;
        Ok(Self { terms: terms.clone(), range, folding: None, is_read: false })
    }

    /// The next piece; nothing after the last.
    pub(in crate::analytics) async fn next(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<Option<Given>, Refusal> {
        if self.folding.is_none() {
            self.folding = self.begin(connection).await?;
        }
        let Some(folding) = self.folding.take() else { return Ok(None) };
        // One is read while the one before is folded.
        self.folding = self.begin(connection).await?;
        let given = folding.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        Ok(Some(given.map_err(|error| sqlx::Error::Decode(error.into()))?))
    }

    async fn begin(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<Option<JoinHandle<Result<Given, serde_json::Error>>>, Refusal> {
        if self.is_read {
            return Ok(None);
        }
        let fetch = format!("fetch forward {PIECE} from ledgerdesk_journals");
        let rows: Vec<Read> =
            sqlx::query_as(sqlx::AssertSqlSafe(fetch)).persistent(false).fetch_all(&mut *connection).await?;
        if rows.len() < PIECE {
            self.is_read = true;
            sqlx::query("close ledgerdesk_journals").persistent(false).execute(connection).await?;
        }
        let (terms, range) = (self.terms.clone(), self.range);
        Ok(Some(spawn_blocking(move || fold(rows, &terms, range))))
    }
}

fn fold(
    rows: Vec<Read>,
    terms: &Terms,
    range: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Given, serde_json::Error> {
    let mut given = Given::default();
    for Read { id, opened_position, opened_team, journal } in rows {
        let steps = serde_json::from_str(&journal)?;
        decided(&Journal { id, opened_position, opened_team, steps }, terms, range, &mut given);
    }
    Ok(given)
}
