//! Differences between two versions of a metric as the API shows them.

use async_graphql::{
    ComplexObject, Context, ID, Object, SimpleObject,
    connection::{Connection, CursorType, Edge},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ledgerdesk_projections::{
    analytics::{self, Difference, Question},
    read::Reach,
};
use uuid::Uuid;

use super::{consultation_id, input, report::Whole};
use crate::graphql::{
    error::Fault,
    model::{consultation::Consultation, loaders},
    paging,
};

/// Where two versions of a metric differ.
pub(super) struct DifferenceReport {
    question: Question,
    reach: Reach,
}

impl DifferenceReport {
    pub(super) fn new(ctx: &Context<'_>, question: Question) -> Result<Self, Fault> {
        let reach = input::reach(ctx, &question)?;
        Ok(Self { question, reach })
    }
}

/// Where two versions of a metric differ.
#[Object]
impl DifferenceReport {
    /// In numbers.
    async fn totals(&self, ctx: &Context<'_>) -> Result<DifferenceTotals, Fault> {
        let source = input::source(ctx)?;
        let totals = analytics::difference_totals(&source, self.reach, &self.question).await?;
        Ok(DifferenceTotals {
            same: Whole(totals.same),
            changed: Whole(totals.changed),
            only_one: Whole(totals.only_one),
            only_other: Whole(totals.only_other),
        })
    }

    /// Consultation by consultation: those that the two see differently.
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
    ) -> Result<Connection<DifferenceCursor, MetricDifference>, Fault> {
        let size = paging::size("first", first)?;
        let after =
            after.as_deref().map(DifferenceCursor::decode_cursor).transpose().map_err(Fault::bad_input)?;
        let place = after.as_ref().map(|cursor| (cursor.0, cursor.1));
        let source = input::source(ctx)?;
        let (_, found, more) =
            analytics::difference(&source, self.reach, &self.question, (place, size)).await?;
        let mut connection = Connection::new(after.is_some(), more);
        connection.edges.extend(found.into_iter().map(|difference| {
            let cursor = DifferenceCursor(difference.consultation().uuid(), difference.nth);
            Edge::new(cursor, MetricDifference::from(difference))
        }));
        Ok(connection)
    }
}

/// How many facts two versions share, and how many they see differently.
#[derive(SimpleObject)]
struct DifferenceTotals {
    /// With the same value in both.
    same: Whole,
    /// With another value.
    changed: Whole,
    /// Only by the one version.
    only_one: Whole,
    /// Only by the other.
    only_other: Whole,
}

/// A consultation that two versions of a metric see differently.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(super) struct MetricDifference {
    /// The consultation.
    consultation_id: ID,
    /// The how-manieth fact of the consultation within the range it is, from 1.
    nth: Whole,
    /// When, by the version that has it.
    at: DateTime<Utc>,
    /// The value by the one version; null if it has no such fact.
    one: Option<Whole>,
    /// The value by the other.
    other: Option<Whole>,
    #[graphql(skip)]
    id: Uuid,
}

#[ComplexObject]
impl MetricDifference {
    /// The consultation.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<Consultation>, Fault> {
        Ok(loaders(ctx)?.consultations.load(self.id).await?.map(Consultation::from))
    }
}

impl From<Difference> for MetricDifference {
    fn from(of: Difference) -> Self {
        Self {
            consultation_id: consultation_id(of.consultation()),
            nth: Whole(of.nth),
            at: of.at,
            one: of.one.map(Whole),
            other: of.other.map(Whole),
            id: of.consultation().uuid(),
        }
    }
}

/// A difference's place.
pub(super) struct DifferenceCursor(Uuid, i64);

impl CursorType for DifferenceCursor {
    type Error = &'static str;

    fn decode_cursor(text: &str) -> Result<Self, Self::Error> {
        const REFUSED: &str = "this is not a cursor of this list; pass one that it returned, unchanged";
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| REFUSED)?;
        let bytes: [u8; 24] = bytes.try_into().map_err(|_| REFUSED)?;
        let (id, nth) = bytes.split_first_chunk::<16>().ok_or(REFUSED)?;
        Ok(Self(Uuid::from_bytes(*id), i64::from_be_bytes(nth.try_into().map_err(|_| REFUSED)?)))
    }

    fn encode_cursor(&self) -> String {
        let mut bytes = self.0.as_bytes().to_vec();
        bytes.extend_from_slice(&self.1.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }
}
