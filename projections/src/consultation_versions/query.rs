//! Reads of `consultation_versions`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{consultation::Status, id::ConsultationId};
use serde::Deserialize;
use sqlx::{PgPool, Postgres, QueryBuilder};

use super::{
    Moment, Row, Sums,
    sums::{Counts, Kind},
    week,
};
use crate::{
    consultation_list::{self, COUNTED, Order, StatusCount},
    read::{
        self, Among, Belonging, Concerned, Condition, Conditions, Facet, Keyset, Page, PageRequest, Reach,
        ReadRow, Span,
    },
};

/// A consultation in a list as of a moment: which one. What it was like is folded from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Which.
    pub consultation_id: ConsultationId,
}

impl ReadRow for Listed {
    const TABLE: &'static str = "read.consultation_versions";
    /// One version of a consultation holds at a moment.
    const KEY: &'static str = "consultation_id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_versions";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("consultation_id");
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}

/// What versions do not hold, or not in this way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The argument as the API names it.
    pub argument: String,
}

/// The stages of which an index has what has ended: see `table.sql`.
const ENDED: [&str; 3] = ["RESOLVED", "CLOSED", "CANCELLED"];

/// What narrows a list of consultations as of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    moment: Moment,
    listed: consultation_list::Filter,
    /// Whether the list has the order of their closing.
    by_closing: bool,
    /// What was opened in these spans is all that was opened at the moment, if that was looked up.
    opened: Option<Vec<Span>>,
    /// Nothing was opened later, by the moment's own time: it follows from the others, and tells an order where to begin.
    opened_until: Option<DateTime<Utc>>,
}

/// The order's keys; nothing where versions do not hold what it orders by.
pub const fn keyset(order: Order, descending: bool) -> Option<Keyset> {
    match order {
        Order::OpenedAt | Order::Priority | Order::AppointedFor | Order::ClosedAt => {
            Some(order.keyset(descending))
        }
        Order::UpdatedAt | Order::WaitingSince => None,
    }
}

impl Filter {
    /// The filter of a list of today, as of a moment. Columns of versions have the names that the list's have.
    pub fn new(
        moment: Moment,
        listed: consultation_list::Filter,
        keyset: Option<Keyset>,
    ) -> Result<Self, Unsupported> {
        if let Some(argument) = unsupported(&listed) {
            return Err(Unsupported { argument });
        }
        let by_closing = keyset.is_some_and(|keyset| keyset.column == "t.closed_at");
        Ok(Self { moment, listed, by_closing, opened: None, opened_until: None })
    }

    /// Its parts: what is asked for, and what a saved view asks for.
    fn parts(&self) -> impl Iterator<Item = &consultation_list::Filter> {
        std::iter::successors(Some(&self.listed), |filter| filter.also.as_deref())
    }

    /// The stages that are wanted; nothing where any is.
    fn statuses(&self) -> Option<Facet> {
        self.parts().find_map(consultation_list::Filter::status_facet)
    }

    /// The stages that are wanted, if all of them are an end.
    fn ended(&self) -> Option<Facet> {
        let statuses = self.statuses()?;
        statuses.texts().iter().all(|status| ENDED.contains(&status.as_str())).then_some(statuses)
    }

    /// The urgencies that are wanted: an order by urgency need not pass over the others.
    fn ranks(&self) -> Option<Facet> {
        self.parts().find_map(consultation_list::Filter::rank_facet)
    }

    /// A client or a manager has fewer consultations than there are.
    fn party(&self) -> Option<(Facet, bool)> {
        let of_client = self.parts().find_map(consultation_list::Filter::client_facet);
        let of_manager = || self.parts().find_map(consultation_list::Filter::assignee_facet);
        of_client.map(|facet| (facet, true)).or_else(|| of_manager().map(|facet| (facet, false)))
    }

    /// The stages whose versions a page is looked for among, if there are few of those.
    fn few(&self) -> Option<Vec<String>> {
        if matches!(self.party(), Some((_, true))) {
            return None;
        }
        let statuses = self.statuses()?;
        consultation_list::Filter::is_of_open_work(Some(&statuses)).then(|| statuses.texts().to_vec())
    }

    /// Open work has not been closed.
    fn is_of_nothing(&self) -> bool {
        self.by_closing && consultation_list::Filter::is_of_open_work(self.statuses().as_ref())
    }

    /// The stages whose versions are counted, if they are not those of a client or a manager.
    fn counted(&self) -> Option<Vec<String>> {
        if self.party().is_some() {
            return self.few();
        }
        let every = || Status::ALL.iter().map(read::wire).collect();
        Some(self.statuses().map_or_else(every, |statuses| statuses.texts().to_vec()))
    }

    /// Whether one of this kind is wanted; nothing where more narrows what the reader sees than the stage.
    fn kinds(&self, reach: Reach) -> Option<impl Fn(&Kind) -> bool + '_> {
        let Self { listed: consultation_list::Filter { statuses, merged, .. }, by_closing, .. } = self;
        let plain =
            consultation_list::Filter { statuses: statuses.clone(), merged: *merged, ..<_>::default() };
        let is_wanted = |kind: &Kind| {
            (statuses.is_empty() || statuses.contains(&kind.status))
                && merged.is_none_or(|merged| merged == kind.merged)
        };
        (self.listed == plain && !by_closing && reach.own.is_none()).then_some(is_wanted)
    }

    /// How many there are of each kind that is wanted, if sums tell.
    async fn summed(&self, sums: &Sums, reach: Reach) -> Result<Option<Counts>, sqlx::Error> {
        let Some(is_wanted) = self.kinds(reach) else { return Ok(None) };
        let mut told = sums.tell(reach.workspace, self.moment).await?;
        if let Some(counts) = &mut told {
            counts.retain(|kind, count| *count > 0 && is_wanted(kind));
        }
        Ok(told)
    }

    /// So many were counted one by one.
    fn consider(&self, sums: &Sums, reach: Reach, counted: i64) {
        if self.kinds(reach).is_some() {
            sums.consider(reach.workspace, counted, self.moment);
        }
    }

    /// The same, so that a list in the order of the openings need not pass over all that came later.
    async fn bounded(&self, pool: &PgPool, reach: Reach, keyset: Keyset) -> Result<Self, sqlx::Error> {
        let mut filter = Self { opened_until: self.moment.happened(), ..self.clone() };
        if keyset.column == "t.opened_at" && self.moment.is_of_position() {
            let (workspace, position) = (reach.workspace.uuid(), self.moment.position().0);
            filter.opened = Some(week::opened_by(pool, workspace, position).await?);
        }
        Ok(filter)
    }

    /// A statement over the versions of these stages that may hold.
    fn among(&self, reach: Reach, statuses: &[String], begin: &str) -> Conditions {
        let mut sql = QueryBuilder::<Postgres>::new(format!("{begin} from "));
        self.moment.push_candidates(&mut sql, reach.workspace.uuid(), statuses);
        sql.push(" where t.workspace_id = ").push_bind(reach.workspace.uuid());
        Listed::BELONGS.restrict(&mut sql, reach.own);
        Conditions::going_on_with(sql)
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        self.moment.restrict(&mut conditions.0);
        if let Some(time) = self.moment.happened().filter(|_| self.by_closing) {
            conditions.0.push(" and t.closed_at <= ").push_bind(time);
        }
        if let Some(time) = self.opened_until {
            conditions.0.push(" and t.opened_at <= ").push_bind(time);
        }
        if self.ended().is_some() {
            // Said in words as well, so that PostgreSQL sees that the index of what has ended has all of it.
            conditions.0.push(format_args!(" and t.status in ('{}')", ENDED.join("', '")));
        }
        self.listed.restrict(conditions);
    }

    fn reads_personal(&self) -> bool {
        self.listed.reads_personal()
    }

    fn is_combined(&self) -> bool {
        self.listed.is_combined()
    }

    fn facets(&self, keyset: Keyset) -> Vec<Facet> {
        let party = self.party().map(|(facet, _)| facet);
        let by_rank = keyset.column == "t.priority_rank";
        let spans = self.opened.as_deref().map(|spans| Facet::spans("t.opened_at", spans));
        match (party, self.ended()) {
            (Some(party), _) => [party].into_iter().chain(spans).collect(),
            (None, Some(ended)) if by_rank => [ended].into_iter().chain(self.ranks()).collect(),
            (None, _) if by_rank => self.ranks().into_iter().collect(),
            (None, _) if self.by_closing => vec![self.ranks().unwrap_or_else(consultation_list::all_ranks)],
            (None, _) => spans.into_iter().collect(),
        }
    }
}

/// A page of a list as of a moment.
pub async fn page(
    pool: &PgPool,
    reach: Reach,
    filter: &Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<Page<Listed>, sqlx::Error> {
    if filter.is_of_nothing() {
        return Ok(read::arrange(Vec::new(), request));
    }
    if let Some(statuses) = filter.few() {
        let begin = |select: &str| filter.among(reach, &statuses, select);
        read::page_among(pool, Among { reach, begin: &begin }, filter, keyset, request).await
    } else {
        let filter = filter.bounded(pool, reach, keyset).await?;
        read::page(pool, reach, &filter, keyset, request).await
    }
}

/// How PostgreSQL reads that page: see [`read::explain`].
pub async fn explain(
    pool: &PgPool,
    reach: Reach,
    filter: &Filter,
    keyset: Keyset,
    request: &PageRequest,
) -> Result<serde_json::Value, sqlx::Error> {
    if let Some(statuses) = filter.few() {
        let begin = |select: &str| filter.among(reach, &statuses, select);
        read::explain_among::<Listed>(pool, Among { reach, begin: &begin }, filter, keyset, request).await
    } else {
        let filter = filter.bounded(pool, reach, keyset).await?;
        read::explain::<Listed>(pool, reach, &filter, keyset, request).await
    }
}

/// How many the filter leaves in the order.
pub async fn count(
    pool: &PgPool,
    sums: &Sums,
    reach: Reach,
    filter: &Filter,
    keyset: Keyset,
) -> Result<i64, sqlx::Error> {
    if filter.is_of_nothing() {
        return Ok(0);
    }
    if !keyset.skips_null
        && let Some(counts) = filter.summed(sums, reach).await?
    {
        return Ok(counts.values().sum());
    }
    let counted = match filter.counted() {
        Some(statuses) => {
            let begin = |select: &str| filter.among(reach, &statuses, select);
            let rows = Among { reach, begin: &begin };
            read::count_among(pool, rows, filter, keyset).await?
        }
        None => read::count::<Listed>(pool, reach, filter, keyset).await?,
    };
    filter.consider(sums, reach, counted);
    Ok(counted)
}

/// How many the filter leaves of each stage; a stage without any is left out.
pub async fn count_by_status(
    pool: &PgPool,
    sums: &Sums,
    reach: Reach,
    filter: &Filter,
) -> Result<Vec<StatusCount>, sqlx::Error> {
    if let Some(counts) = filter.summed(sums, reach).await? {
        return Ok(by_status(&counts));
    }
    let counted: Vec<StatusCount> = match filter.counted() {
        Some(statuses) => {
            let begin = |select: &str| filter.among(reach, &statuses, select);
            let rows = Among { reach, begin: &begin };
            read::grouped_among(pool, (COUNTED, "t.status"), rows, filter).await?
        }
        None => read::grouped::<Listed, _>(pool, (COUNTED, "t.status"), reach, filter).await?,
    };
    filter.consider(sums, reach, counted.iter().map(|counted| counted.count).sum());
    Ok(counted)
}

/// In the order in which the database tells them: that of the names.
fn by_status(counts: &Counts) -> Vec<StatusCount> {
    let mut by_name: BTreeMap<String, StatusCount> = BTreeMap::new();
    for (kind, count) in counts {
        let none = StatusCount { status: kind.status, count: 0 };
        by_name.entry(read::wire(&kind.status)).or_insert(none).count += count;
    }
    by_name.into_values().collect()
}

/// What conditions may test: columns that versions have.
const HELD: &[&str] = &[
    "t.status",
    "t.priority_rank",
    "t.channel",
    "t.assignee",
    "t.client_id",
    "t.team",
    "t.language",
    "t.tags",
    "t.opened_at",
    "t.resolved_at",
    "t.closed_at",
    "t.appointed_for",
    "t.open_handover is not null",
];

/// The names of the others in the API; what looks for words is none of them.
const NOT_HELD: &[(&str, &str)] = &[
    ("t.updated_at", "updatedAt"),
    ("t.waiting_since", "waitingSince"),
    ("t.first_response_at", "firstResponseAt"),
    ("t.message_count", "messageCount"),
    ("t.reopen_count", "reopenCount"),
    ("t.redate_count", "redateCount"),
    ("t.rating_score", "ratingScore"),
];

/// The first thing that is asked for and is not in versions.
fn unsupported(filter: &consultation_list::Filter) -> Option<String> {
    if filter.updated != read::TimeRange::default() {
        return Some("filter.updated".to_owned());
    }
    if filter.text.is_some() {
        return Some("filter.text".to_owned());
    }
    if let Some(name) = filter.condition.as_ref().and_then(not_held) {
        return Some(format!("filter.where.{name}"));
    }
    filter.also.as_deref().and_then(unsupported).map(|argument| format!("view: {argument}"))
}

fn not_held(condition: &Condition) -> Option<&'static str> {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().find_map(not_held),
        Condition::Not(part) => not_held(part),
        Condition::Is(column, _) if HELD.contains(column) => None,
        Condition::Is(column, _) => {
            let name = NOT_HELD.iter().find(|(of, _)| of == column);
            Some(name.map_or("text", |(_, name)| name))
        }
    }
}
