//! The demo's history into the log, once.

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, pin_mut, stream};
use ledgerdesk_domain::{consultation::ConsultationEvent, event::DomainEvent, id::WorkspaceId};

use super::{Case, generate, history};
use crate::{
    event_store::{AppendError, EventStore, canonical::sha256},
    import::{
        Phase, Progress,
        bulk::{self, History, Written},
    },
};

/// Why the demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The log refused. What is written stays; the same seed continues.
    #[error("the log did not take the demo's history; run the same command again to continue")]
    Append(#[from] AppendError),
}

/// What the demo wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeedSummary {
    /// Consultations written now.
    pub consultations: u64,
    /// Managers and clients written now.
    pub people: u64,
    /// Events written now.
    pub events: u64,
    /// Streams that were there before.
    pub skipped: u64,
}

/// What history to write.
#[derive(Debug, Clone, Copy)]
pub struct SeedSettings {
    /// Where.
    pub workspace_id: WorkspaceId,
    /// Decides what happens.
    pub seed: u64,
    /// When the history ends: now.
    pub now: DateTime<Utc>,
    /// How many consultations.
    pub count: usize,
}

/// Writes the history of a seed, as far as it is not there. Progress is counted in consultations.
pub async fn seed(
    store: &EventStore,
    settings: SeedSettings,
    progress: &dyn Progress,
) -> Result<SeedSummary, DemoError> {
    let SeedSettings { workspace_id, seed, now, count } = settings;
    progress.begin(Phase::Writing, u64::try_from(count).ok());
    let ids = history::origin(workspace_id, seed);
    let histories = generate(workspace_id, seed, now, count).map(|case| {
        let Case { stream, events, .. } = case;
        let key = format!("{}:{stream}", ids.origin());
        let is_consultation = stream.stream_type == ConsultationEvent::STREAM_TYPE;
        let belongs = (is_consultation, events.len() as u64);
        // The seed decides what a stream is; the time of the first run only decides when.
        let digest = sha256(key.as_bytes());
        ((!events.is_empty()).then_some(History { stream, key, digest, events }), belongs)
    });
    let written = bulk::write_all(store, workspace_id, stream::iter(histories));
    pin_mut!(written);
    let mut summary = SeedSummary::default();
    while let Some(answer) = written.next().await {
        let ((is_consultation, events), written) = answer.map_err(|(_, error)| error)?;
        progress.advance(u64::from(is_consultation));
        match (written, is_consultation) {
            (Written::Now, true) => summary.consultations += 1,
            (Written::Now, false) => summary.people += 1,
            (Written::Before | Written::Refused(..), _) => {
                summary.skipped += 1;
                continue;
            }
            (Written::Nothing, _) => continue,
        }
        summary.events += events;
    }
    Ok(summary)
}
