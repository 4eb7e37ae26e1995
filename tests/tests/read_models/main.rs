//! The read models and the queries over them: log, projections and schema on a real PostgreSQL, without HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod bad_input;
mod exact;
mod filters;
mod flow;
mod log;
mod pages;
mod statements;
mod support;
mod walls;
