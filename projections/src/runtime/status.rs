//! Where every projection stands, for people, probes and metrics.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position;
use uuid::Uuid;

use super::{error::ReadSideError, shared::Shared};

/// Where a projection stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: &'static str,
    /// The version of its table; nothing before its first start.
    pub version: Option<i32>,
    /// The version that this program makes.
    pub known_version: i32,
    /// The last event that its rows show.
    pub position: Position,
    /// The last event of the log.
    pub head: Position,
    /// How many events it is behind.
    pub lag_events: i64,
    /// How old the oldest event is that its rows do not show; 0 if they show all. In seconds.
    pub lag_seconds: f64,
    /// What it does.
    pub state: ProjectionState,
    /// The node that leads it, if one does.
    pub leader: Option<String>,
    /// Events that could not be applied, and those that wait behind them.
    pub parked: i64,
    /// The last event that a rebuild beside it has written, if one runs.
    pub rebuild: Option<Position>,
}

/// What a projection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectionState {
    /// No node leads it at the moment.
    Idle,
    /// A node keeps it up to date.
    Running,
    /// It waits for somebody to act.
    Paused {
        /// Why.
        reason: String,
    },
    /// Its table is of an older version; a rebuild will replace it.
    Outdated,
}

/// An event that could not be applied, or that waits behind one.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ParkedEvent {
    /// The row that it belongs to.
    pub key: Uuid,
    /// Where it is in the log.
    pub position: i64,
    /// Its identity.
    pub event_id: Uuid,
    /// The workspace.
    pub workspace_id: Uuid,
    /// How often it was tried; 0 for one that waits.
    pub attempts: i32,
    /// Why it could not be applied, without values; nothing for one that waits.
    pub error: Option<String>,
    /// When it was parked.
    pub parked_at: DateTime<Utc>,
}

/// What the metrics show.
pub(super) struct Lag {
    pub(super) events: i64,
    pub(super) seconds: f64,
    pub(super) paused: bool,
    pub(super) parked: i64,
}

impl ProjectionStatus {
    pub(super) fn lag(&self) -> Lag {
        Lag {
            events: self.lag_events,
            seconds: self.lag_seconds,
            paused: matches!(self.state, ProjectionState::Paused { .. }),
            parked: self.parked,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    version: i32,
    position: i64,
    paused: bool,
    reason: Option<String>,
    leader: Option<String>,
    parked: i64,
    rebuild: Option<i64>,
    lag_seconds: Option<f64>,
}

/// The status of every projection of this program, in the order of the registry.
pub(super) async fn status(shared: &Shared) -> Result<Vec<ProjectionStatus>, ReadSideError> {
    // The head first: a checkpoint that is read later is never shown ahead of it for long.
    let head =
        shared.log.fetch_head().await.map_err(|error| ReadSideError::from_fault("status", error.into()))?;
    let rows: Vec<Row> = sqlx::query_as(
        "select p.name, p.version, p.position, p.status = 'paused' as paused, p.reason,
                case when p.expires_at > clock_timestamp() then p.holder end as leader,
                (select count(*) from ledgerdesk.parked_events e
                  where e.projection = p.name and e.build = 'live') as parked,
                (select r.position from ledgerdesk.projections r
                  where r.name = p.name and r.build = 'rebuild' and r.holder is not null
                    and r.expires_at > clock_timestamp()) as rebuild,
                (select greatest(extract(epoch from clock_timestamp() - e.recorded_at), 0)::float8
                   from ledgerdesk.events e where e.position = p.position + 1) as lag_seconds
           from ledgerdesk.projections p
          where p.build = 'live'",
    )
    .fetch_all(&shared.pool)
    .await?;
    let status = shared.registry.definitions().map(|definition| {
        let row = rows.iter().find(|row| row.name == definition.name);
        let position = Position(row.map_or(0, |row| row.position));
        let head = head.position.max(position);
        ProjectionStatus {
            name: definition.name,
            version: row.map(|row| row.version),
            known_version: definition.version,
            position,
            head,
            lag_events: head.0 - position.0,
            lag_seconds: row.and_then(|row| row.lag_seconds).unwrap_or(0.0),
            state: row.map_or(ProjectionState::Idle, |row| row.state(definition.version)),
            leader: row.and_then(|row| row.leader.clone()),
            parked: row.map_or(0, |row| row.parked),
            rebuild: row.and_then(|row| row.rebuild).map(Position),
        }
    });
    Ok(status.collect())
}

impl Row {
    fn state(&self, known_version: i32) -> ProjectionState {
        if self.paused {
            ProjectionState::Paused { reason: self.reason.clone().unwrap_or_default() }
        } else if self.version < known_version {
            ProjectionState::Outdated
        } else if self.leader.is_some() {
            ProjectionState::Running
        } else {
            ProjectionState::Idle
        }
    }
}

/// What is parked, in the order of the log, at most `limit` events.
pub(super) async fn parked(
    shared: &Shared,
    name: &str,
    limit: i64,
) -> Result<Vec<ParkedEvent>, ReadSideError> {
    let name = shared.find(name)?.definition().name;
    Ok(sqlx::query_as(
        "select key, position, event_id, workspace_id, attempts, error, parked_at
           from ledgerdesk.parked_events
          where projection = $1 and build = 'live'
          order by position, key limit $2",
    )
    .bind(name)
    .bind(limit)
    .fetch_all(&shared.pool)
    .await?)
}
