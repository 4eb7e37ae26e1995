//! The schema: three roots and what every resolver may reach.

use async_graphql::{Object, Schema, SchemaBuilder};

use super::{mutation::MutationRoot, subscription::SubscriptionRoot};

/// Stand-in.
#[derive(Default)]
pub struct QueryRoot;

#[Object]
impl QueryRoot {
    /// One.
    async fn one(&self) -> i32 {
        1
    }
}

/// The schema of the API.
pub type ApiSchema = Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// The schema without its data, enough for its SDL.
pub fn builder() -> SchemaBuilder<QueryRoot, MutationRoot, SubscriptionRoot> {
    Schema::build(QueryRoot, MutationRoot::default(), SubscriptionRoot).disable_suggestions()
}
