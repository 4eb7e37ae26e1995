//! REST, for integrations that speak it: the commands and the reads of the GraphQL schema under paths.
//!
//! An operation is a document over the schema, executed in this process ([`execute`]): the same permissions, rules,
//! reading functions, limits and codes, and nothing that could differ from them.
//!
//! - A file per resource: its handlers, with what `/api/openapi.json` says of them. [`routes`] is the only list, and
//!   what is served is what is described, because one macro makes both.
//! - [`model`]: the bodies; [`wire`]: enums as the schema spells them.
//! - [`extract`]: what a request says, checked; [`page`]: pages and their links; [`etag`]: what a client has already.
//! - [`problem`]: refusals as `application/problem+json`, in one place and for every path below `/api/`.
//! - [`document`]: the OpenAPI document; [`reference`]: its page.

mod calls;
mod catalogs;
mod consultations;
mod document;
mod etag;
mod execute;
mod exports;
mod extract;
mod history;
mod keys;
mod model;
mod page;
mod parameters;
mod problem;
mod ratings;
mod redates;
mod reference;
mod verify;
mod wire;

use axum::{Router, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use document::document;
pub(crate) use exports::{Exports, Record};
pub(crate) use problem::{Told, describe};

use super::state::SharedState;

/// Where all of it lies.
const PREFIX: &str = "/api/";

/// Every operation. They ask for a key.
pub(crate) fn operations() -> Router<SharedState> {
    routes().split_for_parts().0
}

/// The document and its page, for everybody: they say nothing that the project's repository does not.
pub(crate) fn about() -> Router<SharedState> {
    Router::new().route("/api/openapi.json", get(document::show)).route("/api/docs", get(reference::page))
}

fn routes() -> OpenApiRouter<SharedState> {
    OpenApiRouter::with_openapi(document::frame())
        .routes(routes!(consultations::create))
        .routes(routes!(consultations::show))
        .routes(routes!(history::list))
        .routes(routes!(verify::show))
        .routes(routes!(redates::list, redates::add))
        .routes(routes!(ratings::list, ratings::add))
        .routes(routes!(calls::list_of_consultation))
        .routes(routes!(calls::list))
        .routes(routes!(catalogs::list))
        .routes(routes!(keys::introspect))
        .routes(routes!(exports::report))
        .routes(routes!(exports::facts))
        .routes(routes!(exports::table))
}
