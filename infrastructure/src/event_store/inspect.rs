//! Events as they are stored, for people who look: not decoded, so that an unknown type can be seen as well.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{id::PersonId, personal::SEALED_MARK, stream::Position};
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::{StoreError, codec::COLUMNS, stored::RawEvent};
use crate::crypto::{KeyRing, PersonKey};

/// An event to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspected {
    /// The number in the log.
    pub position: i64,
    /// The workspace.
    pub workspace_id: Uuid,
    /// The number in the workspace.
    pub workspace_sequence: i64,
    /// The identity.
    pub event_id: Uuid,
    /// The type of the stream.
    pub stream_type: String,
    /// The stream.
    pub stream_id: Uuid,
    /// The number in the stream.
    pub stream_version: i32,
    /// The wire name.
    pub event_type: String,
    /// The schema version.
    pub schema_version: i16,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The payload; a personal value is `{"$sealed": n}` unless it was asked for and can be opened.
    pub payload: Value,
    /// Who, why, from where.
    pub metadata: Value,
}

/// Which events to look at.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Of this type only.
    pub event_type: Option<String>,
    /// Of this stream only.
    pub stream_id: Option<Uuid>,
}

/// Up to `limit` events after a position; personal values are opened only where keys are given.
pub async fn inspect(
    pool: &PgPool,
    after: Position,
    limit: u16,
    selection: &Selection,
    keys: Option<&KeyRing>,
) -> Result<Vec<Inspected>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "select {COLUMNS} from ledgerdesk.events where position > $1 \
         and ($2::text is null or event_type = $2) and ($3::uuid is null or stream_id = $3) \
         order by position limit $4"
    )))
    .bind(after.0)
    .bind(&selection.event_type)
    .bind(selection.stream_id)
    .bind(i64::from(limit))
    .fetch_all(pool)
    .await?;
    let mut inspected = Vec::with_capacity(rows.len());
    let mut sealed = Vec::new();
    for row in &rows {
        let row = RawEvent::of(row)?;
        let (payload, metadata) = (json(&row, row.payload)?, json(&row, row.metadata)?);
        let person = metadata["person_id"].as_str().and_then(|id| id.parse().ok()).map(PersonId);
        sealed.push(row.sealed.zip(person));
        inspected.push(Inspected {
            position: row.position,
            workspace_id: row.workspace_id,
            workspace_sequence: row.workspace_sequence,
            event_id: row.event_id,
            stream_type: row.stream_type.to_owned(),
            stream_id: row.stream_id,
            stream_version: row.stream_version,
            event_type: row.event_type.to_owned(),
            schema_version: row.schema_version,
            occurred_at: row.occurred_at,
            recorded_at: row.recorded_at,
            payload,
            metadata,
        });
    }
    if let Some(keys) = keys {
        let found = keys.find(sealed.iter().flatten().map(|(_, person)| *person)).await?;
        for (event, sealed) in inspected.iter_mut().zip(&sealed) {
            if let Some((sealed, person)) = sealed {
                open(event, sealed, *person, &found)?;
            }
        }
    }
    Ok(inspected)
}

fn json(row: &RawEvent<'_>, text: &str) -> Result<Value, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Corrupt {
        position: Position(row.position),
        event_type: row.event_type.to_owned(),
        source,
    })
}

fn open(
    event: &mut Inspected,
    sealed: &[u8],
    person: PersonId,
    keys: &HashMap<PersonId, PersonKey>,
) -> Result<(), StoreError> {
    let Some(key) = keys.get(&person).and_then(PersonKey::key) else { return Ok(()) };
    let plain = key.open(sealed, event.event_id, person)?;
    let values: Vec<Value> = serde_json::from_slice(&plain).map_err(|source| StoreError::Corrupt {
        position: Position(event.position),
        event_type: event.event_type.clone(),
        source,
    })?;
    reveal(&mut event.payload, &values);
    Ok(())
}

/// Puts every value into the place of its mark.
fn reveal(payload: &mut Value, values: &[Value]) {
    if let Some(place) = sealed_place(payload) {
        if let Some(value) = values.get(place) {
            *payload = value.clone();
        }
        return;
    }
    match payload {
        Value::Object(entries) => entries.values_mut().for_each(|entry| reveal(entry, values)),
        Value::Array(items) => items.iter_mut().for_each(|item| reveal(item, values)),
        _ => {}
    }
}

/// Which sealed value stands here, if one does.
pub fn sealed_place(value: &Value) -> Option<usize> {
    let entries = value.as_object().filter(|entries| entries.len() == 1)?;
    usize::try_from(entries.get(SEALED_MARK)?.as_u64()?).ok()
}
