//! The pool, the connections that listen, and the migrations.

mod error;
mod leaving;
mod listener;
mod migrate;
mod pool;

pub use error::{DatabaseError, is_away};
pub use leaving::{Watched, watched};
pub(crate) use listener::listen;
pub use migrate::{MIGRATOR, migrate};
pub(crate) use pool::become_app;
pub use pool::{PoolSettings, connect, connect_as_owner, for_queries, through_pooler};
