//! Faults under load, on real processes and a PostgreSQL that is really killed. The judge is
//! `ledgerdesk_tests::faults::Run::judge`; `docs/testing.md` says what it looks at and how to repeat a run.

mod application;
mod clocks;
mod database;
mod disk;
mod import;
mod network;
mod nodes;
mod obstacles;
mod rebuild;
mod timers;
