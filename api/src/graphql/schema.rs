//! The schema: three roots and what every resolver may reach.

use async_graphql::{EmptySubscription, EmptyMutation, Object, Schema};

/// Stand-in.
pub struct QueryRoot;

#[Object]
impl QueryRoot {
    /// One.
    async fn one(&self) -> i32 { 1 }
}

/// The schema of the API.
pub type ApiSchema = Schema<QueryRoot, EmptyMutation, EmptySubscription>;
