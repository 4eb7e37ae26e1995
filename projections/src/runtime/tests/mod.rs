//! The runtime against a real PostgreSQL and a log in memory.

mod lease;
mod live;
mod parking;
mod rebuild;
mod support;
