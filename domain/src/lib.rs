//! The rules of Ledgerdesk.
//!
//! Everything in this crate is a synchronous function of its arguments: no I/O, no clock, no randomness, no
//! SQL. Time, actor and identity arrive in a [`context::Context`] or inside a command.
//!
//! # Map
//! - [`decider`]: what an aggregate is: `decide` and `evolve`.
//! - [`event`]: what a stored event is: envelope, metadata, wire name, schema version.
//! - [`personal`]: the mark on every field that names or quotes a person.
//! - [`calendar`], [`service_level`]: when a team works, and which deadlines a consultation has.
//! - [`stream`], [`id`], [`context`]: positions, versions, identifiers, who and when.
//! - [`consultation`], [`client`], [`manager`], [`workspace`], [`catalog`]: one folder per aggregate, the same files in
//!   each: `mod event command state decide error upcast tests`.
//!
//! `docs/adding.md` lists what a new event, command or aggregate touches.

pub mod calendar;
pub mod catalog;
pub mod client;
pub mod consultation;
pub mod context;
pub mod decider;
pub mod event;
pub mod id;
pub mod manager;
pub mod personal;
pub mod service_level;
pub mod stream;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod upcast;
pub mod workspace;
