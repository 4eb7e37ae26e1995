//! A node without its edges: log and commands over a test database.

use std::sync::Arc;

use ledgerdesk_domain::{
    consultation::{Channel, Consultation, ConsultationCommand, OpenConsultation, Priority},
    context::Actor,
    event::Source,
    id::{ClientId, WorkspaceId},
    stream::ExpectedVersion,
    upcast::Upcasting,
};
use ledgerdesk_infrastructure::{
    clock::{Clock, IdSource as _, SystemClock, SystemIds},
    command::{CommandExecutor, Envelope, Executed, IdempotencyKey},
    crypto::{KeyRing, MasterKey},
    event_store::{AppenderLimits, EventStore, StoreMetrics, StoreParts},
};
use sqlx::PgPool;
use uuid::Uuid;

/// The master key of every test: two nodes on one database share it.
pub const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// A node without its edges.
#[derive(Clone)]
pub struct Node {
    /// Its log.
    pub store: EventStore,
    /// Its commands.
    pub executor: CommandExecutor,
    /// A workspace to work in.
    pub workspace: WorkspaceId,
}

impl Node {
    /// A node on this database, with a workspace of its own.
    ///
    /// # Panics
    /// If the log cannot be opened.
    pub async fn open(pool: &PgPool) -> Self {
        Self::open_with(pool, AppenderLimits::default(), Arc::new(SystemClock)).await
    }

    /// A node with particular limits and clock.
    ///
    /// # Panics
    /// If the log cannot be opened.
    pub async fn open_with(pool: &PgPool, limits: AppenderLimits, clock: Arc<dyn Clock>) -> Self {
        let parts = parts(pool, limits, clock.clone());
        Self::over(EventStore::open(parts).await.expect("the log opens"), clock)
    }

    /// A node of a program that knows these versions of events.
    ///
    /// # Panics
    /// If the log cannot be opened.
    pub async fn open_knowing(pool: &PgPool, upcasting: Upcasting) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let parts = parts(pool, AppenderLimits::default(), clock.clone());
        Self::over(EventStore::open_knowing(parts, upcasting).await.expect("the log opens"), clock)
    }

    fn over(store: EventStore, clock: Arc<dyn Clock>) -> Self {
        let executor = CommandExecutor::new(store.clone(), clock, Arc::new(SystemIds));
        Self { store, executor, workspace: WorkspaceId(SystemIds.next_id()) }
    }

    /// Opens a consultation with this topic and answers what happened.
    ///
    /// # Panics
    /// If the command fails.
    pub async fn open_consultation(&self, client: Option<ClientId>, topic: &str) -> Executed {
        let envelope = self.envelope(SystemIds.next_id(), open(client, topic));
        self.executor.execute::<Consultation>(envelope).await.expect("a consultation opens")
    }

    /// A command to a consultation, from the system, without key or expectation.
    pub fn envelope<C>(&self, stream_id: Uuid, command: C) -> Envelope<C> {
        Envelope {
            workspace_id: self.workspace,
            stream_id,
            command,
            actor: Actor::SYSTEM,
            correlation_id: SystemIds.next_id(),
            causation_id: None,
            source: Source::system("test"),
            idempotency: None,
            expected_version: ExpectedVersion::Any,
            occurred_at: None,
            erase: Vec::new(),
        }
    }

    /// Stops the node as a shutdown does.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

fn parts(pool: &PgPool, limits: AppenderLimits, clock: Arc<dyn Clock>) -> StoreParts {
    let master = MasterKey::parse(MASTER_KEY).expect("the test's master key is one");
    let keys = KeyRing::new(pool.clone(), master);
    StoreParts { keys, pool: pool.clone(), clock, limits, metrics: StoreMetrics::default() }
}

/// The command that opens a consultation with this topic.
pub fn open(client_id: Option<ClientId>, topic: &str) -> ConsultationCommand {
    ConsultationCommand::OpenConsultation(OpenConsultation {
        client_id,
        topic: topic.to_owned(),
        description: None,
        channel: Channel::Site,
        priority: Priority::Normal,
        language: None,
        team: None,
        tags: Vec::new(),
        catalog: Vec::new(),
        attributes: ledgerdesk_domain::consultation::Attributes::new(),
    })
}

/// A key whose digest is made from the request's name.
pub fn key(key: &str, request: &str) -> Option<IdempotencyKey> {
    let digest = ledgerdesk_infrastructure::event_store::canonical::sha256(request.as_bytes());
    Some(IdempotencyKey { key: key.to_owned(), digest })
}
