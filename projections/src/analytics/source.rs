//! Where answers come from, and what they are reckoned by.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use ledgerdesk_domain::{id::WorkspaceId, service_level::Rules, stream::Position};
use ledgerdesk_infrastructure::{clock::Clock, service_levels::ServiceLevels};
use sqlx::{PgConnection, PgPool};

use super::{
    Question, Refusal,
    open_time::{OpenTime, chosen},
};

/// How far ahead of the look a fact may lie and still be reckoned by a calendar.
const AHEAD: TimeDelta = TimeDelta::days(366);

/// The read models, the rules of workspaces, and the time. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    /// The read models.
    pub pool: PgPool,
    levels: ServiceLevels,
    clock: Arc<dyn Clock>,
}

impl Source {
    /// Over these read models, by these rules, as of the time of this clock.
    pub fn new(pool: PgPool, levels: ServiceLevels, clock: Arc<dyn Clock>) -> Self {
        Self { pool, levels, clock }
    }

    /// What the question is reckoned by, and how far in the log it was learned.
    pub(super) async fn terms(
        &self,
        connection: &mut PgConnection,
        workspace: WorkspaceId,
        question: &Question,
    ) -> Result<(Terms, Position), Refusal> {
        let at = question.as_of.unwrap_or_else(|| self.clock.now());
        if !question.needs_rules() {
            return Ok((Terms { at, ..Terms::default() }, Position::START));
        }
        let (rules, position) = self.levels.rules_and_position(workspace).await?;
        let mut open = OpenTime::default();
        if question.needs_calendar() {
            let key = chosen(&rules, question.calendar.as_deref())?;
            let from = earliest(connection, workspace).await?;
            let from = from.unwrap_or(question.from).min(question.earliest());
            let to = question.to.min(at.checked_add_signed(AHEAD).unwrap_or(question.to)).max(from);
            open = OpenTime::new(from, &rules.open_stretches(key, from, to));
        }
        Ok((Terms { rules, at, open: Arc::new(open) }, position))
    }
}

/// What numbers are reckoned by beside the read models.
#[derive(Clone, Default)]
pub(super) struct Terms {
    /// Every version of the rules and calendars.
    pub(super) rules: Arc<Rules>,
    /// As of when: what is still open is late by then, and no work is later.
    pub(super) at: DateTime<Utc>,
    /// When the calendar that was asked for is open.
    pub(super) open: Arc<OpenTime>,
}

/// The first moment that a clock of the workspace may begin at.
async fn earliest(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
    sqlx::query_scalar(
        "select least((select min(opened_at) from read.consultation_facts where workspace_id = $1),
                      (select min(requested_at) from read.handovers where workspace_id = $1))",
    )
    .bind(workspace.uuid())
    .fetch_one(connection)
    .await
}
