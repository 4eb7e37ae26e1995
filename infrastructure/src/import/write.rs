//! A prepared source into the log.

use std::{collections::HashMap, sync::Arc};

use futures_util::{StreamExt, pin_mut, stream};
use ledgerdesk_domain::{
    consultation::ConsultationEvent,
    context::Actor,
    event::{DomainEvent, Event, Metadata, Source, SourceStep},
    id::{PersonId, WorkspaceId},
    stream::{StreamId, StreamVersion},
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    ImportError, Phase, Prepared, Progress, Reported, Summary,
    bulk::{self, History, Written},
    derive::{Happened, Tally},
    ids,
    people::Newcomer,
};
use crate::event_store::{EventStore, NewEvent, canonical::sha256};

/// Keys that are looked up at once.
const KEYS_AT_ONCE: usize = 5_000;

/// Cases that are decided ahead of the writing.
const AHEAD: usize = 512;

/// What an earlier run has done, by key.
type Earlier = HashMap<String, Vec<u8>>;

/// What to do with a case.
#[derive(Debug)]
enum Plan {
    Write,
    Skip,
    /// It was written, and the source says something else of it now.
    Changed,
}

impl Prepared {
    /// Writes what is not there yet, and tells what came of it. Dropping the future stops the import between two
    /// cases; the next run continues.
    pub async fn write(
        self: Arc<Self>,
        store: &EventStore,
        workspace_id: WorkspaceId,
        progress: Arc<dyn Progress>,
    ) -> Result<Summary, ImportError> {
        progress.begin(Phase::Comparing, Some(u64::from(self.row_count())));
        let mut summary = self.summary();
        let earlier = self.earlier(store, workspace_id, progress.as_ref()).await?;
        progress.begin(Phase::Writing, Some(u64::from(self.row_count())));
        progress.advance(self.reported_rows());
        // A row is an event or a little more.
        let _load = store.announce_load(self.rows_left(&earlier)).await?;
        self.write_newcomers(store, workspace_id, &earlier, &mut summary).await?;
        self.write_cases(store, workspace_id, earlier, progress.as_ref(), &mut summary).await?;
        summary.finish();
        Ok(summary)
    }

    /// The keys of this source that were used before, with their digests.
    async fn earlier(
        &self,
        store: &EventStore,
        workspace_id: WorkspaceId,
        progress: &dyn Progress,
    ) -> Result<Earlier, ImportError> {
        let newcomers = self.newcomers().iter().map(|newcomer| (self.key(&newcomer.key), 0));
        let cases =
            (0..self.case_count()).map(|number| (self.case_key(number), self.case_rows(number).len()));
        let all: Vec<(String, usize)> = newcomers.chain(cases).collect();
        let mut earlier = HashMap::new();
        for some in all.chunks(KEYS_AT_ONCE) {
            let keys: Vec<String> = some.iter().map(|(key, _)| key.clone()).collect();
            let found = store.results(workspace_id, bulk::ACTOR, &keys).await?;
            earlier.extend(found.into_iter().map(|(key, (digest, _))| (key, digest)));
            progress.advance(some.iter().map(|(_, rows)| *rows as u64).sum());
        }
        Ok(earlier)
    }

    /// How many rows of cases were not written before.
    fn rows_left(&self, earlier: &Earlier) -> u64 {
        let cases = (0..self.case_count()).filter(|number| !earlier.contains_key(&self.case_key(*number)));
        cases.map(|number| self.case_rows(number).len() as u64).sum()
    }

    async fn write_newcomers(
        &self,
        store: &EventStore,
        workspace_id: WorkspaceId,
        earlier: &Earlier,
        summary: &mut Summary,
    ) -> Result<(), ImportError> {
        // What travels with a history is its place in the list.
        let new = self.newcomers().iter().enumerate();
        let new = new.filter(|(_, newcomer)| !earlier.contains_key(&self.key(&newcomer.key)));
        let histories: Vec<_> =
            new.map(|(place, newcomer)| (Some(self.newcomer_history(newcomer)), place)).collect();
        let written = bulk::write_all(store, workspace_id, stream::iter(histories));
        pin_mut!(written);
        while let Some(answer) = written.next().await {
            let place = match &answer {
                Ok((place, _)) | Err((place, _)) => *place,
            };
            let Some(newcomer) = self.newcomers().get(place) else { continue };
            match answer {
                Ok((_, Written::Now)) => {
                    summary.count_newcomer(newcomer.stream.stream_type, &newcomer.events);
                }
                Ok(_) => {}
                Err((_, source)) => return Err(ImportError::Append { case: newcomer.key.clone(), source }),
            }
        }
        Ok(())
    }

    async fn write_cases(
        self: &Arc<Self>,
        store: &EventStore,
        workspace_id: WorkspaceId,
        earlier: Earlier,
        progress: &dyn Progress,
        summary: &mut Summary,
    ) -> Result<(), ImportError> {
        let (sender, mut receiver) = mpsc::channel(AHEAD);
        let prepared = self.clone();
        let deciding = tokio::task::spawn_blocking(move || prepared.decide_cases(&earlier, &sender));
        let decided = stream::poll_fn(move |context| receiver.poll_recv(context));
        let written = bulk::write_all(store, workspace_id, decided);
        pin_mut!(written);
        while let Some(answer) = written.next().await {
            let (decided, written) = answer.map_err(|(decided, source)| ImportError::Append {
                case: self.case_name(decided.number).to_owned(),
                source,
            })?;
            progress.advance(self.case_rows(decided.number).len() as u64);
            self.count(decided, written, summary);
        }
        deciding.await.map_err(|_| ImportError::Stopped)
    }

    fn count(&self, decided: Decided, written: Written, summary: &mut Summary) {
        let Decided { number, tally, plan } = decided;
        match (plan, written) {
            (Plan::Write, Written::Now | Written::Nothing) => {
                summary.count_case(self.case_rows(number).len() as u64, tally);
            }
            (Plan::Skip, _) | (Plan::Write, Written::Before) => self.count_skipped(number, summary),
            (Plan::Write, Written::Refused(code, reason)) => {
                summary.reported.extend(self.report_case(number, code, &reason));
            }
            (Plan::Changed, _) => {
                summary.reported.extend(self.report_case(number, bulk::CHANGED.0, bulk::CHANGED.1));
            }
        }
    }

    fn count_skipped(&self, number: usize, summary: &mut Summary) {
        summary.skipped_cases += 1;
        summary.skipped += self.case_rows(number).len() as u64;
    }

    fn report_case(&self, number: usize, code: &'static str, reason: &str) -> Vec<Reported> {
        let case = self.case_name(number);
        self.case_rows(number).iter().map(|row| Reported::row(row.index, case, code, reason)).collect()
    }

    /// Decides one case after the other, until the writer goes away. Blocks.
    fn decide_cases(&self, earlier: &Earlier, sender: &mpsc::Sender<(Option<History>, Decided)>) {
        let meaning = self.meaning();
        for number in 0..self.case_count() {
            let key = self.case_key(number);
            let digest = self.case_digest(number);
            let plan = match earlier.get(&key) {
                None => Plan::Write,
                Some(before) if before.as_slice() == digest => Plan::Skip,
                Some(_) => Plan::Changed,
            };
            let (history, tally) = match plan {
                Plan::Write => {
                    let told = self.tell(&meaning, number);
                    (self.case_history(number, key, digest, told.events), told.tally)
                }
                Plan::Skip | Plan::Changed => (None, Tally::default()),
            };
            if sender.blocking_send((history, Decided { number, tally, plan })).is_err() {
                return;
            }
        }
    }
}

/// A case on its way to the log.
#[derive(Debug)]
struct Decided {
    number: usize,
    tally: Tally,
    plan: Plan,
}

/// What happened, as events of the log.
impl Prepared {
    /// None if nothing came of the case.
    fn case_history(
        &self,
        number: usize,
        key: String,
        digest: [u8; 32],
        events: Vec<Happened>,
    ) -> Option<History> {
        if events.is_empty() {
            return None;
        }
        let id = self.ids().consultation(self.case_name(number)).uuid();
        let stream = StreamId::new(ConsultationEvent::STREAM_TYPE, id);
        let correlation_id = self.ids().correlation();
        let mut version = StreamVersion::NONE;
        let event = |happened: Happened| {
            version = version.next();
            let Happened { event, occurred_at, actor, person_id, row, step } = happened;
            NewEvent {
                event_id: ids::event(id, version),
                event: Event::Consultation(event),
                metadata: self.metadata(actor, (row, step), person_id, correlation_id),
                occurred_at,
            }
        };
        Some(History { stream, key, digest, events: events.into_iter().map(event).collect() })
    }

    fn newcomer_history(&self, newcomer: &Newcomer) -> History {
        let id = newcomer.stream.id;
        let correlation_id = self.ids().correlation();
        let mut version = StreamVersion::NONE;
        let event = |event: &Event| {
            version = version.next();
            NewEvent {
                event_id: ids::event(id, version),
                event: event.clone(),
                metadata: self.metadata(
                    Actor::SYSTEM,
                    (newcomer.since.index, None),
                    PersonId(id),
                    correlation_id,
                ),
                occurred_at: newcomer.since.time,
            }
        };
        let key = self.key(&newcomer.key);
        let digest = sha256(newcomer.key.as_bytes());
        History { stream: newcomer.stream, key, digest, events: newcomer.events.iter().map(event).collect() }
    }

    fn metadata(
        &self,
        actor: Actor,
        (row, step): (u32, Option<SourceStep>),
        person_id: PersonId,
        correlation_id: Uuid,
    ) -> Metadata {
        Metadata {
            actor,
            correlation_id,
            causation_id: None,
            source: Source {
                system: self.ids().origin().to_owned(),
                reference: Some(format!("row {}", row + 1)),
                step,
            },
            person_id,
        }
    }
}
