//! The log as event logs that process mining tools read: XES, and OCEL 2.0 as JSON and as SQLite.
//!
//! All three come straight from the events of the log, one consultation after the other, in the order of their ids, so
//! that the memory they take does not grow with the log and the same position gives the same bytes, whatever was
//! appended or erased since. They hold ids, activities and times, and nothing personal. `docs/mining.md` describes them.
//!
//! - `xes`, `ocel_json`, `ocel_sqlite`: the formats. `objects`: what takes part in a step, for the last two.
//! - `file`: a file that appears under its name when it is whole.

mod file;
mod objects;
mod ocel_json;
mod ocel_sqlite;
mod xes;

use std::{io, path::Path};

use chrono::{DateTime, SecondsFormat, Utc};
use ledgerdesk_domain::{
    context::ActorKind,
    id::{ConsultationId, WorkspaceId},
    stream::{Position, StreamType},
};
use ledgerdesk_infrastructure::event_store::{EventStore, Head, ReadError, StoreError, canonical::push_hex};
use ledgerdesk_projections::{
    read::wire,
    steps::{self, CaseStep, Resource},
};

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// XES, the IEEE standard 1849.
    Xes,
    /// OCEL 2.0 as JSON.
    OcelJson,
    /// OCEL 2.0 as a SQLite database.
    OcelSqlite,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The position of the log.
    pub position: Position,
    /// How many consultations.
    pub cases: u64,
    /// How many steps.
    pub steps: u64,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ProcessLogError {
    /// The log does not reach the position.
    #[error("the log does not reach position {wanted}; its last event is at {head}")]
    BeyondTheLog {
        /// The position that was asked for.
        wanted: Position,
        /// The last one there is.
        head: Position,
    },
    /// The log could not be read.
    #[error("the log could not be read")]
    Read(#[from] ReadError),
    /// The file could not be written.
    #[error("the file could not be written")]
    Write(#[from] io::Error),
    /// The SQLite file could not be written.
    #[error("the SQLite file could not be written")]
    Sqlite(#[from] rusqlite::Error),
}

impl ProcessLogError {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BeyondTheLog { .. } => "position_beyond_log",
            Self::Read(_) => "log_unreadable",
            Self::Write(_) | Self::Sqlite(_) => "export_not_written",
        }
    }
}

impl From<StoreError> for ProcessLogError {
    fn from(error: StoreError) -> Self {
        Self::Read(error.into())
    }
}

/// Of what an event log is: named in each of them.
struct About {
    workspace: WorkspaceId,
    head: Head,
}

impl About {
    /// What is said, by name.
    fn facts(&self) -> [(&'static str, String); 4] {
        let mut hash = String::new();
        push_hex(&mut hash, &self.head.hash);
        [
            ("source", "ledgerdesk".to_owned()),
            ("workspace", self.workspace.to_string()),
            ("position", self.head.position.to_string()),
            ("hash", hash),
        ]
    }
}

/// A consultation with its steps in order; it has at least one.
struct Case {
    id: ConsultationId,
    steps: Vec<CaseStep>,
}

/// Takes one consultation after the other.
trait Writer {
    fn case(&mut self, case: &Case) -> Result<(), ProcessLogError>;

    /// Writes what is left, and lets the file appear under its name.
    fn finish(self: Box<Self>) -> Result<(), ProcessLogError>;
}

/// Writes the consultations of a workspace as they were at a position, by default the head, into a file. `report` is
/// told how many consultations are done, of how many.
pub async fn write(
    store: &EventStore,
    workspace: WorkspaceId,
    to: Option<Position>,
    (format, path): (Format, &Path),
    report: impl Fn(u64, u64),
) -> Result<Written, ProcessLogError> {
    let head = store.fetch_head().await?;
    let head = match to {
        None => head,
        Some(wanted) => {
            let beyond = ProcessLogError::BeyondTheLog { wanted, head: head.position };
            store.head_at(wanted).await?.ok_or(beyond)?
        }
    };
    let about = About { workspace, head };
    let mut writer: Box<dyn Writer + Send> = match format {
        Format::Xes => Box::new(xes::Xes::create(path, &about)?),
        Format::OcelJson => Box::new(ocel_json::OcelJson::create(path, &about)?),
        Format::OcelSqlite => Box::new(ocel_sqlite::OcelSqlite::create(path, &about)?),
    };
    let mut streams = store.streams_in_turn(workspace, StreamType::Consultation, head.position);
    let total = streams.count().await?;
    let mut written = Written { position: head.position, cases: 0, steps: 0 };
    while let Some(events) = streams.next().await? {
        let Some(first) = events.first() else { continue };
        let id = ConsultationId(first.stream.id);
        let case = Case { id, steps: steps::of_consultation(events.iter().map(AsRef::as_ref)) };
        writer.case(&case)?;
        written.cases += 1;
        written.steps += case.steps.len() as u64;
        report(written.cases, total.max(written.cases));
    }
    writer.finish()?;
    Ok(written)
}

/// Who did a step, as a text: a manager's id, else what kind of party it was, with its id if it has one.
fn resource(resource: Resource) -> String {
    let kind = wire(&resource.kind).to_ascii_lowercase();
    match (resource.kind, resource.id) {
        (ActorKind::Manager, Some(id)) => id.to_string(),
        (_, Some(id)) => format!("{kind} {id}"),
        (_, None) => kind,
    }
}

/// A time as all formats have it, with as many digits as asked for everywhere, because some readers guess the format by
/// the first one.
fn time(time: DateTime<Utc>, digits: SecondsFormat) -> String {
    time.to_rfc3339_opts(digits, false)
}
