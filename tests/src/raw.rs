//! Events as another version of the program writes them: chained like all others, through the log's own function.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    context::Actor,
    event::{Metadata, Source},
    id::{PersonId, WorkspaceId},
};
use ledgerdesk_infrastructure::{
    clock::{Clock as _, IdSource as _, SystemClock, SystemIds},
    event_store::canonical::{Canonical, GENESIS, Hash, canonical_json},
};
use serde_json::Value;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

/// An event without personal fields, for the end of a consultation's stream.
#[derive(Debug, Clone)]
pub struct RawEvent {
    /// Whose.
    pub workspace: WorkspaceId,
    /// Of which consultation.
    pub consultation: Uuid,
    /// The wire name, known or not.
    pub event_type: &'static str,
    /// Its version, known or not.
    pub schema_version: u16,
    /// The payload.
    pub payload: Value,
}

/// The numbers after which an event is appended.
struct Ends {
    head: i64,
    recorded_at: DateTime<Utc>,
    sequence: i64,
    previous: Hash,
    stream_version: i32,
}

async fn ends(pool: &PgPool, event: &RawEvent) -> Ends {
    let row = sqlx::query(
        "select (select max(position) from ledgerdesk.events) as head,
                (select recorded_at from ledgerdesk.events order by position desc limit 1) as recorded_at,
                coalesce((select version from ledgerdesk.streams where stream_id = $2), 0) as version,
                coalesce(e.workspace_sequence, 0) as sequence, e.hash
           from (select) x left join lateral
                (select workspace_sequence, hash from ledgerdesk.events where workspace_id = $1
                  order by workspace_sequence desc limit 1) e on true",
    )
    .bind(event.workspace.uuid())
    .bind(event.consultation)
    .fetch_one(pool)
    .await
    .expect("the log answers");
    let hash: Option<Vec<u8>> = row.get("hash");
    Ends {
        head: row.get::<Option<i64>, _>("head").unwrap_or(0),
        recorded_at: row.get::<Option<DateTime<Utc>>, _>("recorded_at").unwrap_or_default(),
        sequence: row.get("sequence"),
        previous: hash.map_or(GENESIS, |hash| hash.try_into().expect("a hash has 32 bytes")),
        stream_version: row.get("version"),
    }
}

/// Appends the event with its right hash; answers its position.
///
/// # Panics
/// If the log refuses it.
pub async fn append_raw(pool: &PgPool, event: &RawEvent) -> i64 {
    let ends = ends(pool, event).await;
    let now = SystemClock.now();
    let recorded_at = now.max(ends.recorded_at);
    let metadata = Metadata {
        actor: Actor::SYSTEM,
        correlation_id: SystemIds.next_id(),
        causation_id: None,
        source: Source::system("another version"),
        person_id: PersonId(event.consultation),
    };
    let metadata = serde_json::to_value(&metadata).expect("metadata is JSON");
    let [payload, metadata] =
        [&event.payload, &metadata].map(|value| canonical_json(value).expect("it has a canonical form"));
    let canonical = Canonical {
        position: ends.head + 1,
        workspace_id: event.workspace.uuid(),
        workspace_sequence: ends.sequence + 1,
        event_id: SystemIds.next_id(),
        stream_type: "consultation",
        stream_id: event.consultation,
        stream_version: ends.stream_version + 1,
        event_type: event.event_type,
        schema_version: event.schema_version,
        occurred_at: now,
        recorded_at,
        payload: &payload,
        metadata: &metadata,
        sealed: None,
    };
    let hash = canonical.hash(&ends.previous, &mut String::new());
    let applied: bool = sqlx::query_scalar(
        "select applied from ledgerdesk.append($1, $2, array[$3::uuid], array[$4::bigint], array[$5::uuid],
             array['consultation'], array[$6::uuid], array[$7::int], array[$8::text], array[$9::smallint],
             array[$10::text], array[$11::text], array[null::bytea], array[$12::timestamptz], array[$13::bytea],
             array[1], array[$3], array['consultation'], array[$6], array[$7 - 1], array[$7], array[$1 + 1],
             '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
    )
    .bind(ends.head)
    .bind(recorded_at)
    .bind(canonical.workspace_id)
    .bind(canonical.workspace_sequence)
    .bind(canonical.event_id)
    .bind(canonical.stream_id)
    .bind(canonical.stream_version)
    .bind(canonical.event_type)
    .bind(i16::try_from(canonical.schema_version).expect("a small number"))
    .bind(&payload)
    .bind(&metadata)
    .bind(canonical.occurred_at)
    .bind(hash.as_slice())
    .fetch_one(pool)
    .await
    .expect("the log takes the event");
    assert!(applied, "somebody else appended at the same moment");
    canonical.position
}
