//! The HTTP edge. [`router`] is every path on one screen.
//!
//! - [`graphql`], [`websocket`]: the two transports, both on top of the executor, both behind [`guard`].
//! - [`rest`]: paths for integrations, on top of the same executor.
//! - [`auth`]: bearer keys; [`request_id`], [`metrics`], [`panic`]: what every request passes through.
//! - [`health`], [`graphiql`]: for operators and for newcomers.

pub mod auth;
pub mod endpoint;
mod error;
mod graphiql;
mod graphql;
pub mod guard;
pub mod health;
pub mod metrics;
mod panic;
mod request_id;
pub mod rest;
mod router;
mod serve;
mod state;
#[cfg(test)]
mod tests;
mod websocket;

pub use router::router;
pub use serve::serve;
pub use state::{AppState, SocketLimits, Timeouts};
