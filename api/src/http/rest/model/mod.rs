//! The bodies of requests and answers. Answers are read from the schema's own and written as they are, so that a field
//! has one meaning in both APIs.

mod catalog;
mod consultation;
mod history;
mod new;
mod parts;
mod verification;

pub(super) use catalog::{CatalogEntry, CatalogPage};
pub(super) use consultation::Consultation;
pub(super) use history::{HistoryEntry, HistoryPage};
pub(super) use new::{NewConsultation, NewRating, NewRedate};
pub(super) use parts::{Call, CallPage, Rating, RatingPage, Redate, RedatePage};
pub(super) use verification::Verification;

use std::collections::BTreeMap;

use ledgerdesk_domain::consultation::AttributeValue;
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, schema::Type},
};
use uuid::Uuid;

use super::{execute::Done, wire::ActorKind};
use crate::graphql::global_id;

/// Attributes by key.
type Attributes = BTreeMap<String, AttributeValue>;

/// An object of texts, whole numbers and booleans.
fn attributes() -> RefOr<Schema> {
    let value = OneOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::String).max_length(Some(500)))
        .item(ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(i64::MIN)).maximum(Some(i64::MAX)))
        .item(ObjectBuilder::new().schema_type(Type::Boolean));
    let key = ObjectBuilder::new().max_length(Some(100)).min_length(Some(1)).build();
    ObjectBuilder::new()
        .description(Some(
            "Custom attributes by key: texts, whole numbers and booleans. Not for personal data: attributes are not \
             encrypted and are not erased.",
        ))
        .property_names(Some(Schema::Object(key)))
        .additional_properties(Some(RefOr::T(Schema::OneOf(value.build()))))
        .max_properties(Some(100))
        .examples([serde_json::json!({ "contract": "K-17", "seats": 12, "vip": true })])
        .into()
}

/// What a command made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    /// Its id: opaque, permanent, taken by every path and by the GraphQL API.
    #[schema(example = "Y28BkPPCfB59U58KPS9aG2x9")]
    pub(super) id: String,
    /// The same id as a bare UUID; paths take it, too.
    pub(super) uuid: Option<Uuid>,
    /// The position in the log after the command; pass it as `minPosition` to read what you wrote.
    #[schema(example = 4711)]
    pub(super) position: i64,
    /// The version of the consultation afterwards, for `If-Match`.
    #[schema(example = 1)]
    pub(super) version: i32,
}

impl Created {
    /// The thing with this id.
    pub(super) fn new(id: String, done: &Done) -> Self {
        let uuid = global_id::decode(&id).ok().map(|(_, uuid)| uuid);
        Self { id, uuid, position: done.position, version: done.version }
    }
}

/// Who did something.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actor {
    /// What kind of party it is.
    kind: ActorKind,
    /// The manager's or client's id; null for programs and for a client whom nobody knows yet.
    id: Option<String>,
    /// The API key of a program, as a bare UUID; null for people and for Ledgerdesk itself.
    key: Option<Uuid>,
}

/// Where a fact came from.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Source {
    /// The entrance: `rest`, `graphql`, `import:helpdesk`, `demo`, …
    #[schema(example = "rest")]
    system: String,
    /// The place there, such as `row 17`.
    reference: Option<String>,
}

/// The same thing in another system.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ExternalReference {
    /// The other system, such as `chatwoot` or `1c`.
    #[schema(example = "1c")]
    system: String,
    /// What it is there, such as `conversation`.
    #[schema(example = "document")]
    kind: String,
    /// Its id there.
    #[schema(example = "000000042")]
    id: String,
}

/// A type whose pages have this shape: `items` and `next`.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(utoipa::ToSchema)]
        #[expect(dead_code, reason = "describes `Page`, whose type is generic")]
        pub(in crate::http::rest) struct $name {
            /// The items, at most `limit`.
            #[schema(max_items = 100)]
            items: Vec<$item>,
            /// Where the next page begins: pass it as `cursor`. Null on the last page.
            next: Option<String>,
        }
    };
}
use page;
