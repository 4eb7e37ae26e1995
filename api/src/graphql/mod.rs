//! The GraphQL API.

pub mod caller;
pub mod error;
pub mod global_id;
pub mod model;
pub mod mutation;
pub mod schema;
pub mod subscription;
pub mod user_error;
