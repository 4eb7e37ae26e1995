//! The runtime against a real PostgreSQL and a log in memory.

mod lanes;
mod lease;
mod left;
mod live;
mod memory_log;
mod parking;
mod projections;
mod rebuild;
mod switch;
mod world;
