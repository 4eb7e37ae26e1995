//! The clocks of consultations, read from the log: nothing of them is stored, so they are never behind.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{
    event::{Event, Recorded},
    id::{ConsultationId, WorkspaceId},
    service_level::{self, Clock, Facts, Rules},
    stream::{Position, StreamId, StreamType, StreamVersion},
};

use crate::event_store::{EventStore, ReadError};

/// The rules of how many workspaces are kept in memory.
const WORKSPACES: usize = 1_000;

/// The rules of a workspace as of a version of its stream.
#[derive(Clone, Default)]
struct Book {
    version: StreamVersion,
    position: Position,
    rules: Arc<Rules>,
}

/// Rules and facts, as the log has them now. Cheap to clone.
#[derive(Clone)]
pub struct ServiceLevels {
    store: EventStore,
    books: Arc<Mutex<HashMap<WorkspaceId, Book>>>,
}

impl ServiceLevels {
    /// Over this log.
    pub fn new(store: EventStore) -> Self {
        Self { store, books: Arc::default() }
    }

    /// Every version of the rules of a workspace that is published by now. What was read before is not read again.
    pub async fn rules(&self, workspace: WorkspaceId) -> Result<Arc<Rules>, ReadError> {
        Ok(self.rules_and_position(workspace).await?.0)
    }

    /// The same, and where in the log the last of them is; the beginning if there is none.
    pub async fn rules_and_position(
        &self,
        workspace: WorkspaceId,
    ) -> Result<(Arc<Rules>, Position), ReadError> {
        let mut book = self.books().get(&workspace).cloned().unwrap_or_default();
        let stream = StreamId::new(StreamType::Workspace, workspace.uuid());
        let before = book.version;
        let push = |recorded: &Recorded| {
            book.version = recorded.version;
            if let Event::Workspace(event) = &recorded.event
                && Arc::make_mut(&mut book.rules).push(event, recorded.recorded_at)
            {
                book.position = recorded.position;
            }
        };
        self.store.walk_stream(workspace, stream, before, push).await?;
        if book.version == before {
            return Ok((book.rules, book.position));
        }
        let (rules, position) = (Arc::clone(&book.rules), book.position);
        let mut books = self.books();
        if books.len() >= WORKSPACES {
            books.clear();
        }
        // Whoever read further meanwhile knows better.
        if books.get(&workspace).is_none_or(|known| known.version < book.version) {
            books.insert(workspace, book);
        }
        drop(books);
        Ok((rules, position))
    }

    /// What happened in a consultation, as far as clocks care; nothing if the workspace has none with this id.
    pub async fn facts(
        &self,
        workspace: WorkspaceId,
        consultation: ConsultationId,
    ) -> Result<Facts, ReadError> {
        let mut facts = Facts::default();
        self.read_on(workspace, consultation, &mut facts).await?;
        Ok(facts)
    }

    /// The clocks of a consultation as of an instant.
    pub async fn clocks(
        &self,
        workspace: WorkspaceId,
        consultation: ConsultationId,
        at: DateTime<Utc>,
    ) -> Result<Vec<Clock>, ReadError> {
        let (facts, rules) = tokio::try_join!(self.facts(workspace, consultation), self.rules(workspace))?;
        Ok(service_level::clocks(&facts, &rules, at))
    }

    /// Takes in what the log has after the facts.
    pub(crate) async fn read_on(
        &self,
        workspace: WorkspaceId,
        consultation: ConsultationId,
        facts: &mut Facts,
    ) -> Result<(), ReadError> {
        let stream = StreamId::new(StreamType::Consultation, consultation.uuid());
        let after = StreamVersion(facts.version());
        self.store.walk_stream(workspace, stream, after, |recorded| facts.push(recorded)).await
    }

    /// Forgets what was read of a history that is no longer this log's.
    pub(crate) fn forget(&self) {
        self.books().clear();
    }

    fn books(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Book>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
