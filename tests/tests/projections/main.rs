//! Read models in operation: events of other versions, rebuilds that are interrupted, switches, parking.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod evolution;
mod parking;
mod rebuild;
mod support;
mod switch;
mod unknown_event;
