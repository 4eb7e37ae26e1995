//! Analytics: metrics as data, and the answers that come of them.
//!
//! - [`metrics`]: the only registry of definitions; every report, export and page of the documents uses it.
//! - [`Question`]: what is asked, checked ([`Refusal`]); [`Dimension`]: by what it is broken down.
//! - [`report`]: numbers by groups; [`facts`]: what one number is made of; [`difference`]: two versions of a metric
//!   beside each other; all from one statement each ([`statement`]), at one position of the log.
//! - [`markdown()`] writes the page `docs/metrics.md`.
//!
//! Local time is worked out here and not by the database ([`Zone`]), so that one table of time zones decides.

mod aggregates;
mod difference;
mod dimension;
mod docs;
mod facts;
mod metric;
mod metrics;
mod question;
mod refusal;
mod report;
mod snapshot;
mod statement;
mod tables;
mod zone;

pub use aggregates::{Aggregates, rank};
pub use difference::{Difference, DifferenceTotals, difference, difference_totals};
pub use dimension::Dimension;
pub use docs::markdown;
pub use facts::{Fact, FactKey, FactPage, facts, facts_statement};
pub use metric::{Clock, Measure, Metric, MetricKey, Shape, Table, Text, Unit};
pub use metrics::{all, find};
pub use question::{Ask, Group, MAX_GROUPS, MAX_METRICS, Question};
pub use refusal::Refusal;
pub use report::{Answer, Cell, Report, explain, report};
pub use snapshot::{Snapshot, read_models};
pub use tables::{ColumnKind, FACT_TABLES, FactTable, fact_table};
pub use zone::{Bucket, MAX_BUCKETS, Zone};
