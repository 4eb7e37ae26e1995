//! The GraphQL API.
//!
//! - [`query`], [`mutation`], [`subscription`]: the three roots, put together in [`schema`].
//! - [`model`]: the types that they show; [`loaders`]: what one request reads by id, in batches.
//! - [`reading`], [`read_log`]: what a request is shown of whom, kept before it is shown.
//! - [`access`]: what each operation needs; [`caller`]: who asks; [`error`] and [`user_error`]: what they are told when it does not work.

pub mod access;
mod as_of;
mod as_of_list;
mod batch;
mod below;
pub mod caller;
pub mod consistency;
pub mod error;
pub mod global_id;
pub mod loaders;
pub mod model;
pub mod mutation;
pub mod paging;
pub mod query;
pub mod read_log;
pub mod reading;
pub mod reads;
pub mod schema;
pub mod subscription;
pub(crate) mod together;
pub mod user_error;
