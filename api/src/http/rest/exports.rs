//! `GET /api/exports/…`: reports, facts and tables of facts as files, streamed and without a limit.
//!
//! A file is read in one transaction, names the position of the log and the definitions that it was computed by, and
//! comes out the same byte by byte when it is asked for again at that position; where clocks run in it, as of the moment
//! that it names.
//!
//! - [`rows`]: what is in a file; [`file`]: how rows become one, in each format; [`stream`]: how it reaches the client.
//! - [`narrow`]: of which consultations.
//! - [`record`] is the one place that every export passes, before its first byte.

mod file;
mod narrow;
mod record;
mod rows;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Extension,
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
    response::Response,
};
use chrono::{DateTime, Utc};
use ledgerdesk_infrastructure::auth::Permission;
use ledgerdesk_projections::{
    analytics::{Ask, Bucket, Question, Refusal, Snapshot, Source, fact_table},
    read::Reach,
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::{IntoParams, ToSchema};

pub(crate) use self::record::Record;
use self::{
    file::About,
    narrow::{Narrowed, OfConsultations},
    rows::Rows,
};
use super::{
    extract::{List, Query, Segment},
    problem::Problem,
};
use crate::{
    graphql::{caller::Caller, error::Fault},
    http::{auth::Session, state::SharedState},
};

/// How many exports run at a time on a node: each keeps a connection of those that answer queries.
const AT_A_TIME: usize = 2;

/// Where exports are taken from.
#[derive(Clone)]
pub(crate) struct Exports {
    source: Source,
    record: Record,
    running: Arc<Semaphore>,
}

impl Exports {
    pub(crate) fn new(source: Source, record: Record) -> Self {
        Self { source, record, running: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

/// The format of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Comma-separated values, RFC 4180, UTF-8.
    #[default]
    Csv,
    /// A JSON object in each line; the first describes the file.
    Ndjson,
    /// A workbook of Excel.
    Xlsx,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// As requests name it.
    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }
}

/// The size of a bucket of time. A week begins on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum BucketSize {
    /// An hour of the clock.
    Hour,
    /// A local day.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three months.
    Quarter,
    /// A calendar year.
    Year,
}

impl From<BucketSize> for Bucket {
    fn from(size: BucketSize) -> Self {
        match size {
            BucketSize::Hour => Self::Hour,
            BucketSize::Day => Self::Day,
            BucketSize::Week => Self::Week,
            BucketSize::Month => Self::Month,
            BucketSize::Quarter => Self::Quarter,
            BucketSize::Year => Self::Year,
        }
    }
}

/// A report to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfReport {
    /// The metrics, separated by commas: a name, or a name and a version such as `one_touch@1`.
    #[param(value_type = Vec<String>, style = Form, explode = false)]
    metrics: List<String>,
    /// By what they are broken down, separated by commas.
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    dimensions: Option<List<String>>,
    /// From this time on.
    from: DateTime<Utc>,
    /// Before this time.
    to: DateTime<Utc>,
    /// The size of the buckets of time.
    #[param(inline)]
    bucket: Option<BucketSize>,
    /// Whose local time, by IANA name; UTC if not given.
    time_zone: Option<String>,
    /// The business calendar by its key, for metrics that run by one; the default one if not given.
    calendar: Option<String>,
    /// As of when clocks that still run are looked at; now if not given.
    as_of: Option<DateTime<Utc>>,
    /// The format; `csv` if not given.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// The facts of a metric to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfFacts {
    /// The metric: a name, or a name and a version such as `one_touch@1`.
    metric: String,
    /// From this time on.
    from: DateTime<Utc>,
    /// Before this time.
    to: DateTime<Utc>,
    /// The business calendar by its key, for a metric that runs by one; the default one if not given.
    calendar: Option<String>,
    /// As of when clocks that still run are looked at; now if not given.
    as_of: Option<DateTime<Utc>>,
    /// The format; `csv` if not given.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// A table of facts to export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfTable {
    /// The format; `csv` if not given.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Which table.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "described here, read by the extractor")]
pub(super) struct WhichTable {
    /// `consultations`, `handovers`, `redates`, `calls` or `ratings`.
    table: String,
}

/// Query parameters of a request whose answer is a file: what it accepts is said by `format`.
pub(super) struct Asked<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        parts.headers.remove(header::ACCEPT);
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(asked))
    }
}

/// Export a report
///
/// A row for each metric and group. The position of the log and the versions of the definitions are in the headers
/// `Ledgerdesk-Position` and `Ledgerdesk-Definitions` and in the file itself.
#[utoipa::path(
    get, path = "/api/exports/report", operation_id = "exportReport", tag = "exports",
    params(OfReport, OfConsultations),
    responses((status = 200, description = "The file.", content(
        (Vec<u8> = "text/csv"),
        (Vec<u8> = "application/x-ndjson"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )))
)]
pub(super) async fn report(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    Asked(asked): Asked<OfReport>,
    Asked(of): Asked<OfConsultations>,
) -> Result<Response, Problem> {
    let Narrowed { filter, asked: narrowed } = of.read()?;
    let ask = Ask {
        filter,
        metrics: asked.metrics.0.iter().map(|name| metric(name)).collect(),
        dimensions: asked.dimensions.map(|names| names.0).unwrap_or_default(),
        bucket: asked.bucket.map(Bucket::from),
        zone: asked.time_zone,
        calendar: asked.calendar,
        as_of: asked.as_of,
        ..Ask::default()
    };
    let question = Question::new(ask, asked.from, asked.to)?;
    let export = begin(&state, &session, Of::Question(&question)).await?;
    let about = About::of_question("report", &question, &export.snapshot).narrowed(narrowed);
    export.answer(asked.format, about, Rows::Report(question)).await
}

/// Export the facts of a metric
///
/// A row for each fact, in the order of their moments; of clocks, in the order in which their consultations were opened:
/// the consultation, the value, whom it is attributed to, and where
/// its events are in the log.
#[utoipa::path(
    get, path = "/api/exports/facts", operation_id = "exportFacts", tag = "exports",
    params(OfFacts, OfConsultations),
    responses((status = 200, description = "The file.", content(
        (Vec<u8> = "text/csv"),
        (Vec<u8> = "application/x-ndjson"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )))
)]
pub(super) async fn facts(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    Asked(asked): Asked<OfFacts>,
    Asked(of): Asked<OfConsultations>,
) -> Result<Response, Problem> {
    let Narrowed { filter, asked: narrowed } = of.read()?;
    let metrics = vec![metric(&asked.metric)];
    let ask = Ask { metrics, filter, calendar: asked.calendar, as_of: asked.as_of, ..Ask::default() };
    let question = Question::new(ask, asked.from, asked.to)?;
    let export = begin(&state, &session, Of::Question(&question)).await?;
    let about = About::of_question("facts", &question, &export.snapshot).narrowed(narrowed);
    export.answer(asked.format, about, Rows::Facts(question)).await
}

/// Export a table of facts
///
/// Every row of it, or those of some consultations, in the order of their ids, without personal data.
#[utoipa::path(
    get, path = "/api/exports/tables/{table}", operation_id = "exportTable", tag = "exports",
    params(WhichTable, OfTable, OfConsultations),
    responses((status = 200, description = "The file.", content(
        (Vec<u8> = "text/csv"),
        (Vec<u8> = "application/x-ndjson"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )))
)]
pub(super) async fn table(
    State(state): State<SharedState>,
    Extension(session): Extension<Session>,
    Segment(name): Segment,
    Asked(asked): Asked<OfTable>,
    Asked(of): Asked<OfConsultations>,
) -> Result<Response, Problem> {
    let table = fact_table(&name)?;
    let Narrowed { filter, asked: narrowed } = of.read()?;
    let own = [table.table.name(), "consultation_list"];
    let read_models = if filter.is_some() { &own[..] } else { &own[..1] };
    let export = begin(&state, &session, Of::Tables(read_models)).await?;
    let about = About::new(table.name, Vec::new(), export.snapshot.position).narrowed(narrowed);
    export.answer(asked.format, about, Rows::Table(table, filter)).await
}

/// A name, perhaps with a version. What is no version is part of the name, which then there is not.
fn metric(given: &str) -> (String, Option<u16>) {
    match given.rsplit_once('@').map(|(name, version)| (name, version.parse())) {
        Some((name, Ok(version))) => (name.to_owned(), Some(version)),
        _ => (given.to_owned(), None),
    }
}

/// An export that may begin.
struct Export {
    snapshot: Snapshot,
    reach: Reach,
    caller: Caller,
    record: Record,
    place: OwnedSemaphorePermit,
}

/// What is exported.
enum Of<'q> {
    Question(&'q Question),
    Tables(&'q [&'static str]),
}

async fn begin(state: &SharedState, session: &Session, of: Of<'_>) -> Result<Export, Problem> {
    let caller = session.caller();
    for permission in [Permission::DataExport, Permission::ConsultationsRead] {
        caller.require(permission)?;
    }
    let Some(exports) = state.endpoint.exports() else {
        return Err(Problem::unavailable("this node has no read models to export from"));
    };
    let place = Arc::clone(&exports.running).try_acquire_owned().map_err(|_| {
        Problem::unavailable(
            "as many exports run on this node as may run at a time; try again when one has ended",
        )
    })?;
    let snapshot = match of {
        Of::Question(question) => {
            Snapshot::of_exactly(&exports.source, caller.reach().workspace, question).await?
        }
        Of::Tables(read_models) => Snapshot::open_exactly(&exports.source.pool, read_models).await?,
    };
    let record = exports.record.clone();
    Ok(Export { snapshot, reach: caller.reach(), caller: caller.clone(), record, place })
}

impl Export {
    async fn answer(self, format: Format, about: About, rows: Rows) -> Result<Response, Problem> {
        self.record.begun(&self.caller, format, &about).await?;
        let columns = rows.columns();
        stream::answer((format, about, columns), move |sink| async move {
            let _place = self.place;
            rows.write(self.snapshot, self.reach, sink).await
        })
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Fault::from(refusal).into()
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let error = async_graphql::Error::from(fault).into_server_error(async_graphql::Pos::default());
        error.into()
    }
}
