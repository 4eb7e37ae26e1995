//! Reads of `consultation_list`.

use ledgerdesk_domain::{
    consultation::{Channel, Priority, Status},
    id::{ClientId, ConsultationId, ManagerId, WorkspaceId},
};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Row, rank};
use crate::{
    read::{
        self, Belonging, Concerned, Condition, Conditions, Facet, Keyset, Narrow, Reach, ReadRow, TimeRange,
    },
    search::MATCHES_TEXT,
};

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_list";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Itself;
    const MASK: &'static str = r#"{"topic":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["topic"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.id, self.person_id)
    }
}

/// What narrows a list of consultations. Empty lists and `None` do not narrow; everything else must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In one of these stages.
    pub statuses: Vec<Status>,
    /// Of one of these urgencies.
    pub priorities: Vec<Priority>,
    /// Came in over one of these.
    pub channels: Vec<Channel>,
    /// Held by one of these.
    pub assignees: Vec<ManagerId>,
    /// Held by nobody, or (`false`) by somebody.
    pub unassigned: Option<bool>,
    /// Of one of these teams.
    pub teams: Vec<String>,
    /// Of one of these clients.
    pub clients: Vec<ClientId>,
    /// With all of these tags.
    pub tags: Vec<String>,
    /// Opened in this span.
    pub opened: TimeRange,
    /// Last changed in this span.
    pub updated: TimeRange,
    /// Closed in this span.
    pub closed: TimeRange,
    /// With an open handover, or (`false`) without.
    pub open_handover: Option<bool>,
    /// Merged into another one, or (`false`) standing alone.
    pub merged: Option<bool>,
    /// Words of the topic, the description or a message, in Russian or English; quotes, `or` and `-` as in web search.
    pub text: Option<String>,
    /// Whatever else must hold.
    pub condition: Option<Condition>,
    /// What must hold as well, as of a saved view.
    pub also: Option<Box<Filter>>,
}

/// What a list of consultations can be ordered by. The order of the variants is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// When the client asked.
    OpenedAt,
    /// When the last thing happened.
    UpdatedAt,
    /// How urgent it is.
    Priority,
    /// The time promised; consultations without one are left out.
    AppointedFor,
    /// When it was closed; those that are not are left out.
    ClosedAt,
    /// Since when the client waits; consultations that wait for nobody are left out.
    WaitingSince,
}

impl Order {
    /// The order's keys.
    pub const fn keyset(self, descending: bool) -> Keyset {
        match self {
            Self::OpenedAt => Keyset::time(1, "t.opened_at", descending),
            Self::UpdatedAt => Keyset::time(2, "t.updated_at", descending),
            Self::Priority => Keyset::number(3, "t.priority_rank", descending),
            Self::AppointedFor => Keyset::time(4, "t.appointed_for", descending).skipping_null(),
            Self::ClosedAt => Keyset::time(5, "t.closed_at", descending).skipping_null(),
            Self::WaitingSince => Keyset::time(6, "t.waiting_since", descending).skipping_null(),
        }
    }
}

/// The numbers of all urgencies.
const RANKS: [i16; 4] = [1, 2, 3, 4];

/// A range for each urgency: no restriction.
pub(crate) fn all_ranks() -> Facet {
    Facet::all_ranks("t.priority_rank", &RANKS)
}

impl Filter {
    fn ranks(&self) -> Vec<i16> {
        self.priorities.iter().map(|priority| rank(*priority)).collect()
    }

    /// The clients that are wanted, if any are named.
    pub(crate) fn client_facet(&self) -> Option<Facet> {
        Facet::of_ids("t.client_id", &self.clients, self.condition.as_ref())
    }

    /// The managers whose work is wanted, if any are named.
    pub(crate) fn assignee_facet(&self) -> Option<Facet> {
        Facet::of_ids("t.assignee", &self.assignees, self.condition.as_ref())
    }

    /// The stages that are wanted, if any are named.
    pub(crate) fn status_facet(&self) -> Option<Facet> {
        Facet::of("t.status", &self.statuses, self.condition.as_ref())
    }

    /// The urgencies that are wanted, if any are named.
    pub(crate) fn rank_facet(&self) -> Option<Facet> {
        Facet::of_ranks("t.priority_rank", &self.ranks(), self.condition.as_ref())
    }

    /// Only stages with work left are wanted: few consultations, however many there were.
    pub(crate) fn is_of_open_work(status: Option<&Facet>) -> bool {
        let open: Vec<_> = Status::ALL
            .into_iter()
            .filter(|status| status.is_open())
            .map(|status| read::wire(&status))
            .collect();
        status.is_some_and(|status| status.texts().iter().all(|status| open.contains(status)))
    }
}

impl read::Filter for Filter {
    fn restrict(&self, conditions: &mut Conditions) {
        conditions.one_of("t.status", &self.statuses);
        conditions.one_of_ranks("t.priority_rank", &self.ranks());
        conditions.one_of("t.channel", &self.channels);
        conditions.one_of_ids("t.assignee", &self.assignees);
        conditions.holds("t.assignee is null", self.unassigned);
        conditions.one_of("t.team", &self.teams);
        conditions.one_of_ids("t.client_id", &self.clients);
        conditions.holds_all("t.tags", &self.tags);
        conditions.within("t.opened_at", &self.opened);
        conditions.within("t.updated_at", &self.updated);
        conditions.within("t.closed_at", &self.closed);
        conditions.holds("t.open_handover is not null", self.open_handover);
        conditions.holds("t.merged_into is not null", self.merged);
        conditions.with_text(MATCHES_TEXT, self.text.as_deref());
        conditions.meets(self.condition.as_ref());
        if let Some(also) = &self.also {
            also.restrict(conditions);
        }
    }

    fn reads_personal(&self) -> bool {
        self.text.is_some()
            || self.condition.as_ref().is_some_and(Condition::reads_text)
            || self.also.as_ref().is_some_and(|also| also.reads_personal())
    }

    fn is_combined(&self) -> bool {
        self.also.is_some()
    }

    fn narrow(&self, keyset: Keyset) -> Vec<Narrow> {
        if self.client_facet().or_else(|| self.assignee_facet()).is_some() {
            return Vec::new();
        }
        let spans = [("t.opened_at", self.opened), ("t.updated_at", self.updated)];
        let spans = spans.into_iter().filter(|(column, _)| *column != keyset.column);
        let channel = Facet::of("t.channel", &self.channels, self.condition.as_ref());
        let channel = channel.filter(|_| !is_led_by_channel(keyset)).map(Narrow::texts);
        let own = spans.filter_map(|(column, span)| Narrow::span(column, span)).chain(channel);
        own.chain(self.also.iter().flat_map(|also| also.narrow(keyset))).collect()
    }

    /// The narrowest of what is asked for, by what helpdesks are like: a client has fewer consultations than a
    /// manager, open work is less than what a team ever did.
    fn facets(&self, keyset: Keyset) -> Vec<Facet> {
        match &self.also {
            Some(also)
                if *self == Self { also: self.also.clone(), merged: self.merged, ..Self::default() } =>
            {
                also.facets(keyset)
            }
            _ => self.own_facets(keyset),
        }
    }
}

/// Whether an index has the order within an entrance.
fn is_led_by_channel(keyset: Keyset) -> bool {
    matches!(keyset.column, "t.opened_at" | "t.updated_at" | "t.priority_rank" | "t.appointed_for")
}

impl Filter {
    fn own_facets(&self, keyset: Keyset) -> Vec<Facet> {
        let condition = self.condition.as_ref();
        let (status, ranks) = (self.status_facet(), self.rank_facet());
        let by_rank = keyset.column == "t.priority_rank";
        let is_sparse = keyset.skips_null;
        if let Some(narrowest) = self.client_facet().or_else(|| self.assignee_facet()) {
            return vec![narrowest];
        }
        if !Self::is_of_open_work(status.as_ref()) {
            if self.unassigned == Some(true) && !is_sparse {
                return Vec::new();
            }
            if let Some(team) = Facet::of("t.team", &self.teams, condition).filter(|_| !is_sparse) {
                return vec![team];
            }
            let channel =
                Facet::of("t.channel", &self.channels, condition).filter(|_| is_led_by_channel(keyset));
            if let (None, None, Some(channel)) = (&status, &ranks, channel) {
                return vec![channel];
            }
        }
        match (status, ranks) {
            (Some(status), ranks) if by_rank => [status].into_iter().chain(ranks).collect(),
            (Some(status), ranks) => vec![status, ranks.unwrap_or_else(all_ranks)],
            (None, Some(ranks)) => vec![Facet::all("t.status", &Status::ALL), ranks],
            // The orders of all that have an index of their own.
            (None, None) if matches!(keyset.column, "t.opened_at" | "t.updated_at") => Vec::new(),
            (None, None) if by_rank => vec![Facet::all("t.status", &Status::ALL)],
            (None, None) => vec![Facet::all("t.status", &Status::ALL), all_ranks()],
        }
    }
}

/// How many consultations of a view have a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCount {
    /// The status.
    pub status: Status,
    /// How many.
    pub count: i64,
}

/// A group of them as JSON.
pub(crate) const COUNTED: &str = "jsonb_build_object('status', t.status, 'count', count(*))";

/// How many consultations of a view each status has; a status without any is left out.
pub async fn count_by_status(
    pool: &PgPool,
    reach: Reach,
    filter: &Filter,
) -> Result<Vec<StatusCount>, sqlx::Error> {
    read::grouped::<Row, _>(pool, (COUNTED, "t.status"), reach, filter).await
}

/// How many consultations of a view have a status, and how many of them nobody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCount {
    /// The status.
    pub status: Status,
    /// How many.
    pub count: i64,
    /// How many of them nobody holds.
    pub unassigned: i64,
}

/// The same as [`count_by_status`], with those that nobody holds counted in the same statement.
pub async fn count_queue(
    pool: &PgPool,
    reach: Reach,
    filter: &Filter,
) -> Result<Vec<QueueCount>, sqlx::Error> {
    let select = "jsonb_build_object('status', t.status, 'count', count(*), \
                  'unassigned', count(*) filter (where t.assignee is null))";
    read::grouped::<Row, _>(pool, (select, "t.status"), reach, filter).await
}

/// Every consultation that a client has: those whose own keys must go when the client is erased.
pub async fn ids_of_client(
    pool: &PgPool,
    workspace: WorkspaceId,
    client: ClientId,
) -> Result<Vec<ConsultationId>, sqlx::Error> {
    let sql = "select id from read.consultation_list where workspace_id = $1 and client_id = $2 order by id";
    let ids: Vec<Uuid> =
        sqlx::query_scalar(sql).bind(workspace.uuid()).bind(client.uuid()).fetch_all(pool).await?;
    Ok(ids.into_iter().map(ConsultationId).collect())
}
