//! An auditor's questions to what was disclosed.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::id::{ClientId, ConsultationId, ManagerId, WorkspaceId};
use serde_json::Value;
use sqlx::{Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{Disclosed, DisclosureKind, Disclosures, Whose};
use crate::auth::AuthError;

/// What narrows a list of disclosures. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DisclosureFilter {
    /// Of one of these kinds; of any if none is named.
    pub kinds: Vec<DisclosureKind>,
    /// With this key or session.
    pub by_key: Option<Uuid>,
    /// By this manager, or by this program's key.
    pub actor: Option<Uuid>,
    /// That showed personal values of this consultation.
    pub consultation: Option<ConsultationId>,
    /// That showed personal values of this client: as such, or with a consultation that is this client's now.
    pub client: Option<ClientId>,
    /// That showed personal values of this manager.
    pub manager: Option<ManagerId>,
    /// That asked for this field of the API.
    pub operation: Option<String>,
    /// At or after this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub before: Option<DateTime<Utc>>,
}

impl DisclosureFilter {
    fn restrict(&self, sql: &mut QueryBuilder<Postgres>) {
        // The condition on kinds as the partial indexes have it.
        match self.kinds.as_slice() {
            [] => {}
            [DisclosureKind::Export] => drop(sql.push(" and kind = 'EXPORT'")),
            kinds => {
                let kinds: Vec<&'static str> = kinds.iter().map(|kind| kind.as_str()).collect();
                sql.push(" and kind = any(").push_bind(kinds).push(")");
            }
        }
        let names_somebody = self.consultation.is_some() || self.client.is_some() || self.manager.is_some();
        if names_somebody || self.operation.is_some() {
            sql.push(" and kind <> 'EXPORT'");
        }
        if let Some(key) = self.by_key {
            sql.push(" and by_key = ").push_bind(key);
        }
        if let Some(actor) = self.actor {
            sql.push(" and actor_id = ").push_bind(actor);
        }
        if let Some(id) = self.consultation {
            sql.push(" and consultations @> array[").push_bind(id.uuid()).push("]");
        }
        if let Some(id) = self.client {
            sql.push(" and (clients @> array[").push_bind(id.uuid()).push("] or consultations && array(");
            sql.push("select c.id from read.consultation_list c where c.workspace_id = d.workspace_id and c.client_id = ");
            sql.push_bind(id.uuid()).push("))");
        }
        if let Some(id) = self.manager {
            sql.push(" and managers @> array[").push_bind(id.uuid()).push("]");
        }
        if let Some(operation) = &self.operation {
            sql.push(" and operations @> array[").push_bind(operation.clone()).push("]");
        }
        if let Some(from) = self.from {
            sql.push(" and at >= ").push_bind(from);
        }
        if let Some(before) = self.before {
            sql.push(" and at < ").push_bind(before);
        }
    }
}

impl Disclosures {
    /// The newest entries before this number that the filter leaves, newest first; at most `limit`.
    pub async fn before(
        &self,
        workspace: WorkspaceId,
        filter: &DisclosureFilter,
        before: Option<i64>,
        limit: u8,
    ) -> Result<Vec<Disclosed>, AuthError> {
        let mut sql = QueryBuilder::new(
            "select id, kind, at, by_key, actor_kind, actor_id, request_id, action, operations, personal, \
             consultations, clients, managers, position, row_count, details from ledgerdesk.disclosures d \
             where workspace_id = ",
        );
        sql.push_bind(workspace.0).push(" and id < ").push_bind(before.unwrap_or(i64::MAX));
        filter.restrict(&mut sql);
        sql.push(" order by id desc limit ").push_bind(i64::from(limit));
        let rows = sql.build().fetch_all(&self.pool).await?;
        Ok(rows.iter().map(disclosed).collect::<Result<_, sqlx::Error>>()?)
    }
}

fn disclosed(row: &PgRow) -> Result<Disclosed, sqlx::Error> {
    let kind: &str = row.try_get("kind")?;
    let kind = DisclosureKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let actor_kind: String = row.try_get("actor_kind")?;
    let actor_kind = serde_json::from_value(Value::from(actor_kind));
    let ids = |column: &str| row.try_get::<Vec<Uuid>, _>(column);
    Ok(Disclosed {
        id: row.try_get("id")?,
        kind: kind.ok_or_else(|| sqlx::Error::Decode("a kind of a newer program".into()))?,
        at: row.try_get("at")?,
        by_key: row.try_get("by_key")?,
        actor_kind: actor_kind.map_err(|error| sqlx::Error::Decode(error.into()))?,
        actor_id: row.try_get("actor_id")?,
        request_id: row.try_get("request_id")?,
        action: row.try_get("action")?,
        operations: row.try_get("operations")?,
        personal: row.try_get("personal")?,
        whose: Whose {
            consultations: ids("consultations")?.into_iter().map(ConsultationId).collect(),
            clients: ids("clients")?.into_iter().map(ClientId).collect(),
            managers: ids("managers")?.into_iter().map(ManagerId).collect(),
        },
        position: row.try_get("position")?,
        rows: row.try_get("row_count")?,
        details: row.try_get("details")?,
    })
}
