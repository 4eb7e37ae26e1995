//! Where every projection stands, for people, probes and metrics.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::stream::Position;
use uuid::Uuid;

use super::{error::ReadSideError, pause::Pause, shared::Shared};

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
    /// The last event that an interrupted rebuild has written, if it can go on.
    pub kept_rebuild: Option<Position>,
    /// The table that the last rebuild replaced, if it was kept.
    pub previous: Option<Previous>,
}

/// A table that was replaced and is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous {
    /// Its version.
    pub version: i32,
    /// The last event that its rows show.
    pub position: Position,
}

/// What a projection does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectionState {
    /// No node leads it at the moment.
    Idle,
    /// A node keeps it up to date.
    Running,
    /// It waits for somebody to act.
    Paused(Pause),
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
    /// The code of why it is paused, if it is.
    pub(super) paused: Option<String>,
    pub(super) parked: i64,
}

impl ProjectionStatus {
    pub(super) fn lag(&self) -> Lag {
        Lag {
            events: self.lag_events,
            seconds: self.lag_seconds,
            paused: match &self.state {
                ProjectionState::Paused(pause) => Some(pause.code.clone()),
                _ => None,
            },
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
    code: Option<String>,
    reason: Option<String>,
    leader: Option<String>,
    parked: i64,
    rebuild: Option<i64>,
    kept_rebuild: Option<i64>,
    previous_version: Option<i32>,
    previous_position: Option<i64>,
    lag_seconds: Option<f64>,
}

/// The status of every projection of this program, in the order of the registry.
pub(super) async fn status(shared: &Shared) -> Result<Vec<ProjectionStatus>, ReadSideError> {
    // The head first: a checkpoint that is read later is never shown ahead of it for long.
    let head =
        shared.log.fetch_head().await.map_err(|error| ReadSideError::from_fault("status", error.into()))?;
    let rows: Vec<Row> = sqlx::query_as(
        "select p.name, p.version, p.position, p.status = 'paused' as paused, p.code, p.reason,
                case when p.expires_at > clock_timestamp() then p.holder end as leader,
                (select count(*) from ledgerdesk.parked_events e
                  where e.projection = p.name and e.build = 'live') as parked,
                case when r.holder is not null and r.expires_at > clock_timestamp() then r.position end as rebuild,
                case when r.holder is null or r.expires_at <= clock_timestamp()
                     then nullif(r.position, 0) end as kept_rebuild,
                o.version as previous_version, o.position as previous_position,
                (select greatest(extract(epoch from clock_timestamp() - e.recorded_at), 0)::float8
                   from ledgerdesk.events e where e.position = p.position + 1) as lag_seconds
           from ledgerdesk.projections p
                left join ledgerdesk.projections r on r.name = p.name and r.build = 'rebuild'
                left join ledgerdesk.projections o on o.name = p.name and o.build = 'previous'
          where p.build = 'live'",
    )
    .fetch_all(&shared.pool)
    .await?;
    let status = shared.registry.definitions().map(|definition| {
        let row = rows.iter().find(|row| row.name == definition.name);
        // Where this node leads, it knows of events that the checkpoint has yet to pass over.
        let led = shared.led.get(definition.name).and_then(|led| *led.borrow()).unwrap_or_default();
        let position = Position(row.map_or(0, |row| row.position)).max(led);
        let head = head.position.max(position);
        ProjectionStatus {
            name: definition.name,
            version: row.map(|row| row.version),
            known_version: definition.version,
            position,
            head,
            lag_events: head.0 - position.0,
            lag_seconds: row.and_then(|row| row.lag_seconds).filter(|_| head > position).unwrap_or(0.0),
            state: row.map_or(ProjectionState::Idle, |row| row.state(definition.version)),
            leader: row.and_then(|row| row.leader.clone()),
            parked: row.map_or(0, |row| row.parked),
            rebuild: row.and_then(|row| row.rebuild).map(Position),
            kept_rebuild: row.and_then(|row| row.kept_rebuild).map(Position),
            previous: row.and_then(Row::previous),
        }
    });
    Ok(status.collect())
}

impl Row {
    fn previous(&self) -> Option<Previous> {
        let version = self.previous_version.filter(|version| *version > 0)?;
        let position = Position(self.previous_position?);
        Some(Previous { version, position })
    }

    fn state(&self, known_version: i32) -> ProjectionState {
        if self.paused {
            ProjectionState::Paused(Pause {
                code: self.code.clone().unwrap_or_default(),
                reason: self.reason.clone().unwrap_or_default(),
            })
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
