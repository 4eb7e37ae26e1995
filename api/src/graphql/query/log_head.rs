//! `logHead`.

use async_graphql::{Context, Object};
use ledgerdesk_infrastructure::event_store::EventStore;

use crate::graphql::{error::Fault, model::log::LogHead};

#[derive(Default)]
pub(super) struct LogHeadQuery;

#[Object]
impl LogHeadQuery {
    /// The end of the log, as the database has it now.
    async fn log_head(&self, ctx: &Context<'_>) -> Result<LogHead, Fault> {
        Ok(ctx.data::<EventStore>()?.fetch_head().await?.into())
    }
}
