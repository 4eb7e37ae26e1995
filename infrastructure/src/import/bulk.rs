//! Whole histories into the log: many appends in flight, so that the appender fills its batches, and a key for
//! each, so that a second run adds nothing and a killed one resumes.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId, StreamVersion},
};

use crate::event_store::{Append, AppendError, EventStore, Idempotency, NewEvent, StoreError};

/// Whose idempotency keys these are.
pub(crate) const ACTOR: &str = "import";

/// The code and the words for what was written before and is different now.
pub(crate) const CHANGED: (&str, &str) =
    ("case_changed", "the source says something else of this case than when it was imported");

/// Appends in flight. A batch of the appender takes up to 512 commands; half of that keeps it busy while the
/// other half is being encoded.
const IN_FLIGHT: usize = 256;

/// How often an append is repeated that the log could not take at the moment.
const ATTEMPTS: u32 = 50;

/// The beginning of a stream.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) stream: StreamId,
    pub(crate) key: String,
    pub(crate) digest: [u8; 32],
    pub(crate) events: Vec<NewEvent>,
}

/// What came of a history.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is in the log now.
    Now,
    /// It was there before.
    Before,
    /// There was nothing to write.
    Nothing,
    /// The log does not take it; the code and the words.
    Refused(&'static str, String),
}

/// Writes histories as they come; none for what needs no writing. Gives back what belongs to each with what came of it; the first failure of the
/// log itself ends the stream with an error.
pub(crate) fn write_all<T>(
    store: &EventStore,
    workspace_id: WorkspaceId,
    histories: impl Stream<Item = (Option<History>, T)>,
) -> impl Stream<Item = Result<(T, Written), (T, AppendError)>> {
    let store = Arc::new(store.clone());
    histories
        .map(move |(history, belongs)| {
            let store = store.clone();
            async move {
                let Some(history) = history else { return Ok((belongs, Written::Nothing)) };
                match write(&store, workspace_id, history).await {
                    Ok(written) => Ok((belongs, written)),
                    Err(error) => Err((belongs, error)),
                }
            }
        })
        .buffer_unordered(IN_FLIGHT)
}

/// Writes one history, in one append if it fits. A larger one goes in halves of halves; the last part has the
/// plain key, so that its presence says that all of it is written.
async fn write(
    store: &EventStore,
    workspace_id: WorkspaceId,
    history: History,
) -> Result<Written, AppendError> {
    let History { stream, key, digest, events } = history;
    let mut rest = events.as_slice();
    let mut version = StreamVersion::NONE;
    let mut size = rest.len();
    let mut replayed = true;
    let mut attempt = 0;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(size.min(rest.len()));
        let key = if after.is_empty() { key.clone() } else { format!("{key}@{}", version.0) };
        let append = Append {
            workspace_id,
            stream,
            expected: version,
            last_position: Position::START,
            events: part.to_vec(),
            idempotency: Some(Idempotency { actor: ACTOR.to_owned(), key, digest }),
            erased: Vec::new(),
        };
        match store.append(append).await {
            Ok(appended) => {
                rest = after;
                version = appended.version;
                replayed &= appended.replayed;
                attempt = 0;
            }
            Err(AppendError::TooLarge { .. }) if size > 1 => size = part.len().div_ceil(2),
            Err(error) if attempt < ATTEMPTS && passes(&error) => {
                attempt += 1;
                tokio::time::sleep(Duration::from_millis(u64::from(attempt.min(20)) * 10)).await;
            }
            Err(error) => return refused(error),
        }
    }
    Ok(if replayed { Written::Before } else { Written::Now })
}

/// Whether the log will take it in a while. The key makes a repeat safe, also where the outcome is in doubt.
fn passes(error: &AppendError) -> bool {
    match error {
        AppendError::Busy
        | AppendError::PersonKeyRace
        | AppendError::InDoubt
        | AppendError::Store(StoreError::Unavailable(_)) => true,
        // Appends in flight outnumber the connections: on a busy machine some wait too long for one.
        AppendError::Store(StoreError::Database(error)) => matches!(error, sqlx::Error::PoolTimedOut),
        _ => false,
    }
}

/// Refusals of this history are told; failures of the log end the import.
fn refused(error: AppendError) -> Result<Written, AppendError> {
    let code = match &error {
        AppendError::KeyReused => return Ok(Written::Refused(CHANGED.0, CHANGED.1.to_owned())),
        AppendError::Conflict { .. } => "stream_conflict",
        AppendError::PersonErased => "person_erased",
        AppendError::NotCanonical(_) => "not_canonical",
        AppendError::TooLarge { .. } => "too_large",
        AppendError::Busy | AppendError::PersonKeyRace | AppendError::InDoubt | AppendError::Store(_) => {
            return Err(error);
        }
    };
    Ok(Written::Refused(code, error.to_string()))
}
