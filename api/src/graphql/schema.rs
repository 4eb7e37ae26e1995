//! The schema: three roots and what every resolver may reach.

use async_graphql::{Schema, SchemaBuilder};

use super::{mutation::MutationRoot, query::QueryRoot, subscription::SubscriptionRoot};

/// The schema of the API.
pub type ApiSchema = Schema<QueryRoot, MutationRoot, SubscriptionRoot>;

/// The schema without its data, enough for its SDL.
pub fn builder() -> SchemaBuilder<QueryRoot, MutationRoot, SubscriptionRoot> {
    Schema::build(QueryRoot::default(), MutationRoot::default(), SubscriptionRoot).disable_suggestions()
}
