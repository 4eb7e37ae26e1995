//! Analytics: metrics as data, and the answers that come of them.
//!
//! - [`metrics`]: the only registry of definitions; every report, export and page of the documents uses it.
//! - [`Question`]: what is asked, checked ([`Refusal`]); [`Dimension`]: by what it is broken down.
//! - [`report`]: numbers by groups; [`facts`]: what one number is made of; [`difference`]: two versions of a metric
//!   beside each other; all from one statement each ([`statement`]), at one position of the log.
//! - [`Source`]: the read models, the rules of workspaces, and the time: what numbers are reckoned from.
//! - `open_time`: business time in statements; `occupied`: how it was spent; `clocks`: facts about service levels.
//! - [`markdown()`] writes the page `docs/metrics.md`.
//!
//! Local time is worked out here and not by the database ([`Zone`]), so that one table of time zones decides.

mod aggregates;
mod clocks;
mod difference;
mod dimension;
mod docs;
mod facts;
mod metric;
mod metrics;
mod occupied;
mod open_time;
mod question;
mod refusal;
mod report;
mod snapshot;
mod source;
mod statement;
mod tables;
mod tally;
mod zone;

pub use aggregates::{Aggregates, rank};
pub use difference::{Difference, DifferenceTotals, difference, difference_totals};
pub use dimension::Dimension;
pub use docs::markdown;
pub use facts::{AllFacts, Fact, FactKey, FactPage, facts};
pub use metric::{Clock, Measure, Metric, MetricKey, Shape, Table, Text, Unit};
pub use metrics::{all, find};
pub use question::{Ask, Group, MAX_GROUPS, MAX_METRICS, Question};
pub use refusal::Refusal;
pub use report::{Answer, Cell, Report, explain, report};
pub use snapshot::{Snapshot, read_models};
pub use source::Source;
pub use tables::{ColumnKind, FACT_TABLES, FactTable, fact_table};
pub use zone::{Bucket, MAX_BUCKETS, Zone};
