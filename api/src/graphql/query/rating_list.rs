//! `ratings`.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use ledgerdesk_projections::ratings::{Filter, Order, Row};

use super::condition::{
    self, Branches, ConditionInput, EnumTest, IdTest, NumberTest, Tests, TextTest, TimeTest,
};
use super::input::{self, OrderDirection, TimeRangeInput};
use crate::graphql::{
    consistency::settle,
    error::Fault,
    global_id::NodeKind,
    model::{
        loaders,
        position::Position,
        rating::{Rating, RatingState},
    },
    paging::{self, Listing, Paging},
};

/// What narrows a list of ratings. Everything given must hold; a list asks for one of its values. At most 100
/// values a list.
#[derive(Debug, Clone, Default, InputObject)]
pub(in crate::graphql) struct RatingFilter {
    /// Of one of these consultations.
    consultation: Option<Vec<ID>>,
    /// About one of these managers.
    attributed_to: Option<Vec<ID>>,
    /// In one of these states.
    state: Option<Vec<RatingState>>,
    /// By one of these questionnaires.
    questionnaire: Option<Vec<String>>,
    /// With a mean score of at least this, in hundredths.
    score_at_least: Option<i32>,
    /// With a mean score of at most this, in hundredths.
    score_at_most: Option<i32>,
    /// First answered in this span.
    rated: Option<TimeRangeInput>,
    /// What must hold beyond that, with operators.
    #[graphql(name = "where")]
    condition: Option<RatingCondition>,
}

/// A condition on ratings, with operators. Everything given must hold. At most 5 levels of `and`, `or`, `not` and
/// 50 tests in all; code `FILTER_TOO_COMPLEX` otherwise.
#[derive(Debug, Clone, Default, InputObject)]
pub(super) struct RatingCondition {
    /// The consultation.
    consultation: Option<IdTest>,
    /// Whom it is about.
    attributed_to: Option<IdTest>,
    /// How far it is.
    state: Option<EnumTest<RatingState>>,
    /// The questionnaire's key.
    questionnaire: Option<TextTest>,
    /// The mean of the scores, in hundredths.
    score: Option<NumberTest>,
    /// How often the client changed it.
    revision: Option<NumberTest>,
    /// When the client was asked.
    requested_at: Option<TimeTest>,
    /// When the client first answered.
    rated_at: Option<TimeTest>,
    /// When the client last changed the answer.
    revised_at: Option<TimeTest>,
    /// Every one of these holds.
    and: Option<Vec<RatingCondition>>,
    /// At least one of these holds.
    or: Option<Vec<RatingCondition>>,
    /// This does not hold.
    not: Option<Box<RatingCondition>>,
}

impl ConditionInput for RatingCondition {
    fn branches(&mut self) -> Branches<Self> {
        Branches { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn tests(self, tests: &mut Tests) -> Result<(), Fault> {
        tests.id("consultation", NodeKind::Consultation, "t.consultation_id", self.consultation)?;
        tests.id("attributedTo", NodeKind::Manager, "t.attributed_to", self.attributed_to)?;
        tests.wire::<_, ledgerdesk_projections::ratings::State>("t.state", self.state)?;
        tests.text("questionnaire", "t.questionnaire", self.questionnaire)?;
        tests.number("t.score", self.score)?;
        tests.number("t.revision", self.revision)?;
        tests.time("requestedAt", "t.requested_at", self.requested_at)?;
        tests.time("ratedAt", "t.rated_at", self.rated_at)?;
        tests.time("revisedAt", "t.revised_at", self.revised_at)?;
        Ok(())
    }
}

impl RatingFilter {
    pub(in crate::graphql) fn read(self) -> Result<Filter, Fault> {
        Ok(Filter {
            consultations: input::ids("filter.consultation", NodeKind::Consultation, self.consultation)?,
            attributed_to: input::ids("filter.attributedTo", NodeKind::Manager, self.attributed_to)?,
            states: input::list("filter.state", self.state)?,
            questionnaires: input::texts("filter.questionnaire", self.questionnaire)?,
            score_at_least: self.score_at_least,
            score_at_most: self.score_at_most,
            rated: input::range("filter.rated", self.rated)?,
            condition: condition::read(self.condition)?,
        })
    }
}

/// What ratings can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ledgerdesk_projections::ratings::Order")]
pub(super) enum RatingOrderField {
    /// When it was asked for, given or revised, whichever was last.
    ChangedAt,
    /// When the client first answered; ratings without an answer are left out.
    RatedAt,
    /// The mean score; ratings without one are left out.
    Score,
}

/// The order of a list of ratings. Ties are broken by id, so that it is total.
#[derive(Debug, Clone, Copy, InputObject)]
pub(super) struct RatingOrder {
    /// What to order by.
    field: RatingOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Desc")]
    direction: OrderDirection,
}

impl RatingOrder {
    const DEFAULT: Self = Self { field: RatingOrderField::ChangedAt, direction: OrderDirection::Desc };
}

#[derive(Default)]
pub(super) struct RatingListQuery;

#[Object]
impl RatingListQuery {
    /// Ratings (оценки), the latest change first unless asked otherwise.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn ratings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.", default)] filter: RatingFilter,
        #[graphql(desc = "In which order.")] order_by: Option<RatingOrder>,
        #[graphql(desc = "How many from the start, 1 to 100; 20 if neither is given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
        #[graphql(desc = "Wait, at most 2 seconds, until the answer shows this position.")]
        min_position: Option<Position>,
    ) -> Result<Listing<Rating>, Fault> {
        let filter = filter.read()?;
        let order = order_by.unwrap_or(RatingOrder::DEFAULT);
        let keyset = Order::from(order.field).keyset(order.direction.is_descending());
        settle(ctx, &["ratings"], min_position).await?;
        let paging = Paging { first, after, last, before };
        paging::listing::<Row, _>(loaders(ctx)?, filter, keyset, &paging).await
    }
}
