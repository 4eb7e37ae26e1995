//! The GraphQL API.

mod batch;
pub mod caller;
pub mod consistency;
pub mod error;
pub mod global_id;
pub mod loaders;
pub mod model;
pub mod mutation;
pub mod paging;
pub mod query;
pub mod schema;
pub mod subscription;
pub mod user_error;
