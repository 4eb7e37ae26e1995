//! The HTTP edge. [`router`] is every path on one screen.
//!
//! - [`graphql`], [`websocket`], [`stream`]: the three transports, all on top of the executor, all behind [`guard`].
//! - [`alike`]: who asks the same at the same time is answered once.
//! - [`rest`]: paths for integrations, on top of the same executor.
//! - [`auth`]: bearer keys; [`origin`], [`rates`], [`connections`]: whose requests, how many, how many at once.
//! - [`request_id`], [`metrics`], [`panic`]: what every request passes through.
//! - [`health`], [`graphiql`]: for operators and for newcomers.

pub(crate) mod alike;
pub mod auth;
mod connections;
pub mod endpoint;
pub(crate) mod error;
mod graphiql;
pub(crate) mod graphql;
pub mod guard;
pub mod health;
pub mod metrics;
mod origin;
pub(crate) mod panic;
mod rates;
pub mod request_id;
pub mod rest;
mod router;
mod serve;
mod state;
mod stream;
#[cfg(test)]
mod tests;
mod websocket;

pub use connections::Connections;
pub use graphql::{NoDocuments, Statuses, TrustedDocuments};
pub use origin::Origins;
pub use rates::Rates;
pub use router::router;
pub use serve::serve;
pub use state::{AppState, Settings, SocketLimits, Timeouts};
