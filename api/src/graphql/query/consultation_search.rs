//! `searchConsultations`.

use async_graphql::{Context, Object};
use ledgerdesk_projections::consultation_list::{Filter, Order, Row};

use super::{consultation::READ_MODELS, input};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    model::{consultation::Consultation, loaders, position::Position},
    paging::{self, Listing, Paging},
};

#[derive(Default)]
pub(super) struct ConsultationSearchQuery;

#[Object]
impl ConsultationSearchQuery {
    /// Consultations whose topic, description or messages hold the words, those with the newest change first. For
    /// a narrower search use `consultations` with `filter.text`, for the best matches with their places `search`.
    async fn search_consultations(
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
    ) -> Result<Listing<Consultation>, Fault> {
        if text.trim().is_empty() {
            return Err(Fault::bad_input("`text` is empty; say what to look for"));
        }
        let text = input::text("text", Some(text))?;
        settle(ctx, READ_MODELS, min_position).await?;
        let filter = Filter { text, merged: Some(false), ..Filter::default() };
        let paging = Paging { first, after, ..Paging::default() };
        paging::listing::<Row, _>(loaders(ctx)?, filter, Order::UpdatedAt.keyset(true), &paging).await
    }
}
