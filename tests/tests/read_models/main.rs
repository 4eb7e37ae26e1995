//! The read models and the queries over them: log, projections and schema on a real PostgreSQL, without HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod as_of;
mod as_of_lists;
mod as_of_lists_random;
mod as_of_random;
mod auditing;
mod bad_input;
mod below;
mod conditions;
mod exact;
mod filters;
mod flow;
mod log;
mod metrics;
mod pages;
mod plans;
mod search;
mod statements;
mod support;
mod timeline;
mod walls;
