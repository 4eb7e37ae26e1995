//! Process mining: what is answered and exported, beside what pm4py says of the same log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod desk;
mod exports;
mod own;
mod pm4py;
mod report;
mod source_logs;
