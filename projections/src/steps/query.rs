//! Reads of `steps`.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use ledgerdesk_domain::{context::ActorKind, id::ConsultationId};
use serde::{
    Deserialize,
    de::{IntoDeserializer as _, value::Error as NotAKind},
};
use sqlx::{PgPool, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{Resource, Row, Team};
use crate::{
    consultation_list,
    mining::{EventLog, EventLogBuilder, Observed},
    read::{Belonging, Concerned, Conditions, Filter, Reach, ReadRow},
};

impl ReadRow for Row {
    const TABLE: &'static str = "read.steps";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// Why there is no event log.
#[derive(Debug, thiserror::Error)]
pub enum TooMany {
    /// The consultations have more steps than may be looked at together.
    #[error("the consultations have more than {most} steps")]
    Steps {
        /// How many may be.
        most: usize,
    },
    /// The database refused or could not be reached.
    #[error("the steps could not be read")]
    Database(#[from] sqlx::Error),
}

/// The steps of all consultations that the filter leaves, whole and in order. No more than `most` steps are read.
pub async fn load(
    pool: &PgPool,
    reach: Reach,
    filter: &consultation_list::Filter,
    most: usize,
) -> Result<EventLog, TooMany> {
    let mut statement = Conditions::selecting::<consultation_list::Row>(
        "select s.consultation_id, s.activity, s.resource_kind, s.resource_id, s.says_team, s.team, \
         s.occurred_at from (select s.* from (select t.id, t.workspace_id",
        reach,
    );
    filter.restrict(&mut statement);
    let mut sql = statement.0;
    // The inner limit ends the reading before anything is sorted.
    sql.push(") c join read.steps s on s.workspace_id = c.workspace_id and s.consultation_id = c.id limit ");
    sql.push_bind(i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1));
    sql.push(") s order by s.consultation_id, s.occurred_at, s.position");
    let mut log = EventLogBuilder::default();
    let mut count = 0;
    let query = sql.build();
    let mut rows = query.fetch(pool);
    while let Some(row) = rows.try_next().await? {
        count += 1;
        if count > most {
            return Err(TooMany::Steps { most });
        }
        observe(&mut log, &row)?;
    }
    Ok(log.finish())
}

fn observe(log: &mut EventLogBuilder, row: &PgRow) -> Result<(), sqlx::Error> {
    let consultation: Uuid = row.try_get(0)?;
    let kind: Option<&str> = row.try_get(2)?;
    let kind = kind.map(|kind| ActorKind::deserialize(kind.into_deserializer())).transpose();
    let kind = kind.map_err(|error: NotAKind| sqlx::Error::Decode(error.into()))?;
    let id: Option<Uuid> = row.try_get(3)?;
    let says_team: bool = row.try_get(4)?;
    let team: Option<&str> = row.try_get(5)?;
    let occurred_at: DateTime<Utc> = row.try_get(6)?;
    log.push(
        ConsultationId(consultation),
        Observed {
            activity: row.try_get(1)?,
            resource: kind.map(|kind| Resource { kind, id }),
            team: if says_team { Team::Now(team) } else { Team::AsBefore },
            occurred_at,
        },
    );
    Ok(())
}
