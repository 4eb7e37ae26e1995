//! `search`.

use async_graphql::{
    Context, Object,
    connection::{Connection, Edge},
};
use ledgerdesk_projections::search::{Filter, Hit, ORDER, Row, ranked};

use super::{consultation::READ_MODELS, input};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{loaders, position::Position, search_hit::SearchHit},
    paging::{self, Cursor, Paging},
};

#[derive(Default)]
pub(super) struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Consultations whose topic, description or messages hold the words, the best match first, with the places of
    /// the words. Ranked are the newest 500 texts that hold them; for a whole list by time use `consultations` with
    /// `filter.text`.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words in Russian or English, in any inflection; quotes, `or` and `-` work as in a web \
                          search. 1 to 500 characters."
        )]
        text: String,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Connection<Cursor, SearchHit>, Fault> {
        if text.trim().is_empty() {
            return Err(Fault::bad_input("`text` is empty; say what to look for"));
        }
        let text = input::text("text", Some(text))?.unwrap_or_default();
        let filter = Filter { text };
        let paging = Paging { first, after, ..Paging::default() };
        let request = paging::request::<Row>(&filter, ORDER, &paging)?;
        settle(ctx, READ_MODELS, min_position).await?;
        let loaders = loaders(ctx)?;
        let reach = loaders.reach_filtered::<Row>(&filter)?;
        let limit = i32::from(request.size) + 1;
        let mut hits = ranked(&loaders.pool, reach, &filter, request.after, limit).await?;
        let more = hits.len() > usize::from(request.size);
        hits.truncate(usize::from(request.size));
        loaders.reading().saw_of(hits.iter().map(Hit::concerned));
        let mut connection = Connection::new(request.after.is_some(), more);
        connection
            .edges
            .extend(hits.into_iter().map(|hit| {
                Edge::new(paging::cursor::<Row>(&filter, ORDER, hit.key()), SearchHit::from(hit))
            }));
        Ok(connection)
    }
}
