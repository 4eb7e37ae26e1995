//! The types that the API shows. Objects are rows of read models; what they refer to is loaded in batches.

pub mod access;
pub mod actor;
pub mod call;
pub mod catalog;
pub mod client;
pub mod configuration;
pub mod consultation;
pub mod consultation_detail;
pub mod deadline;
pub mod difference;
pub mod disclosure;
pub mod enums;
pub mod event;
pub mod handover;
pub mod history;
pub mod log;
pub mod manager;
pub mod me;
pub mod message;
pub mod mining;
pub mod node;
pub mod position;
pub mod projection;
pub mod proof;
pub mod rating;
pub mod redate;
pub mod reference;
pub mod search_hit;
pub mod service_level;
pub mod view;

use async_graphql::{Context, ID};
use uuid::Uuid;

use super::{
    error::Fault,
    global_id::{self, NodeKind},
    loaders::Loaders,
};

/// The opaque id of a thing.
fn id(kind: NodeKind, id: impl Into<Uuid>) -> ID {
    ID(global_id::encode(kind, id.into()))
}

/// The opaque id of a thing that may be unknown.
fn optional_id<T: Into<Uuid>>(kind: NodeKind, thing: Option<T>) -> Option<ID> {
    thing.map(|thing| id(kind, thing))
}

/// What the request reads by id.
pub(super) fn loaders<'a>(ctx: &Context<'a>) -> Result<&'a Loaders, Fault> {
    Ok(ctx.data::<Loaders>()?)
}
