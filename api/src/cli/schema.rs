//! `ledgerdesk schema`

use anyhow::Result;
use clap::Args;

use super::output;
use crate::graphql::schema;

/// Print the GraphQL schema (SDL), for code generators.
#[derive(Args)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run() -> Result<()> {
        Ok(output::line(schema::sdl().trim_end())?)
    }
}
