//! The schema: three roots and what every resolver may reach.

use async_graphql::{EmptySubscription, Object, Schema, SchemaBuilder};

use super::mutation::MutationRoot;

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
pub type ApiSchema = Schema<QueryRoot, MutationRoot, EmptySubscription>;

/// The schema without its data, enough for its SDL.
pub fn builder() -> SchemaBuilder<QueryRoot, MutationRoot, EmptySubscription> {
    Schema::build(QueryRoot, MutationRoot::default(), EmptySubscription).disable_suggestions()
}
