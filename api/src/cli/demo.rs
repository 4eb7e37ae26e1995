//! `ledgerdesk demo`

use anyhow::{Context as _, Result};
use clap::Args;
use ledgerdesk_domain::{
    context::Actor,
    event::Source,
    id::WorkspaceId,
    stream::ExpectedVersion,
    workspace::{Workspace, WorkspaceCommand},
};
use ledgerdesk_infrastructure::{
    command::Envelope,
    config::Config,
    demo::{self, LiveSettings, SeedSettings, SeedSummary},
};
use uuid::Uuid;

use super::{database::Tenure, output, progress::ImportBar, runtime::Runtime, shutdown::Shutdown, workspace};

const EXAMPLES: &str = "\
Examples:
  ledgerdesk demo                     some 2,000 consultations over the last 90 days, in Russian and English
  ledgerdesk demo --live              then goes on adding traffic until Ctrl-C, beside a running `serve`
  ledgerdesk demo --live --rate 20    twenty commands a second

All names, numbers and texts are made up. The same seed writes nothing twice.";

/// How many consultations a demo has.
const COUNT: usize = 2_000;
/// Where the demo's questionnaire comes from, in its metadata.
const SOURCE: &str = "demo";
/// The seed of the demo of a first start.
const SEED: u64 = 1;

/// Write a demo into the workspace, to have something to look at.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Demo {
    /// Go on adding traffic until Ctrl-C
    #[arg(long)]
    live: bool,
    /// Commands per second of --live, 0.01 to 1000
    #[arg(long, default_value_t = 2.0, value_parser = parse_rate)]
    rate: f64,
    /// How many consultations
    #[arg(long, default_value_t = COUNT, value_parser = parse_count)]
    count: usize,
    /// Another seed, another history
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// The workspace to write into; needed where there is more than one
    #[arg(long, value_name = "ID")]
    workspace: Option<Uuid>,
}

impl Demo {
    pub(super) async fn run(self, config: Config) -> Result<()> {
        let shutdown = Shutdown::listen()?;
        let runtime = Runtime::start(config, Tenure::OwnOrJoin).await?;
        let played = tokio::select! {
            played = self.play(&runtime, &shutdown) => played,
            // Between two streams; the same seed continues.
            () = shutdown.forced.cancelled() => Ok(()),
        };
        runtime.close().await?;
        played
    }

    async fn play(&self, runtime: &Runtime, shutdown: &Shutdown) -> Result<()> {
        let workspace_id = workspace::choose(runtime.pool(), self.workspace).await?;
        let now = runtime.clock.now();
        let settings = SeedSettings { workspace_id, seed: self.seed, now, count: self.count };
        output::line(told(write(runtime, settings).await?))?;
        if !self.live || shutdown.asked.is_cancelled() {
            return Ok(());
        }
        output::line(format!("Adding {} commands a second; Ctrl-C ends it.", self.rate))?;
        let settings = LiveSettings {
            workspace_id,
            seed: self.seed,
            rate: self.rate,
            clock: runtime.clock.clone(),
            ids: runtime.ids.clone(),
        };
        let executed = demo::live(&runtime.executor, settings, shutdown.asked.clone()).await?;
        output::line(format!("{executed} commands executed."))?;
        Ok(())
    }
}

/// Writes the demo of the usual seed if the installation has nothing but this demo or a part of it: a first start
/// has something to look at, and one that was cut off is completed. Data of one's own is never mixed with it.
pub(super) async fn write_if_unused(runtime: &Runtime, count: usize) -> Result<()> {
    let is_used: bool = sqlx::query_scalar(
        "select exists (select from ledgerdesk.events \
         where stream_type = 'consultation' and metadata -> 'source' ->> 'system' not like 'demo:%') \
         or exists (select from ledgerdesk.events \
         where event_type = 'QuestionnairePublished' and metadata -> 'source' ->> 'system' = $1)",
    )
    .bind(SOURCE)
    .fetch_one(runtime.pool())
    .await?;
    if is_used {
        return Ok(());
    }
    let workspace_id = workspace::choose(runtime.pool(), None).await?;
    let now = runtime.clock.now();
    let summary = write(runtime, SeedSettings { workspace_id, seed: SEED, now, count }).await?;
    if summary.events > 0 {
        output::line(told(summary))?;
    }
    Ok(())
}

async fn write(runtime: &Runtime, settings: SeedSettings) -> Result<SeedSummary> {
    let workspace_id = settings.workspace_id;
    let bar = ImportBar::new();
    let summary = demo::seed(&runtime.store, settings, &bar).await;
    bar.clear();
    let summary = summary?;
    publish(runtime, workspace_id).await?;
    Ok(summary)
}

/// Publishes the questionnaire that the demo's ratings answer. It comes last: it says that the demo is complete.
async fn publish(runtime: &Runtime, workspace_id: WorkspaceId) -> Result<()> {
    let envelope = Envelope {
        workspace_id,
        stream_id: workspace_id.0,
        command: WorkspaceCommand::PublishQuestionnaire(demo::questionnaire()),
        actor: Actor::SYSTEM,
        correlation_id: runtime.ids.next_id(),
        causation_id: None,
        source: Source::system(SOURCE),
        idempotency: None,
        expected_version: ExpectedVersion::Any,
        occurred_at: None,
        erase: Vec::new(),
    };
    runtime
        .executor
        .execute::<Workspace>(envelope)
        .await
        .context("the questionnaire could not be published")?;
    Ok(())
}

fn told(summary: SeedSummary) -> String {
    let SeedSummary { consultations, people, events, skipped } = summary;
    match (events, skipped) {
        (0, _) => "The demo is there already.".to_owned(),
        (_, 0) => {
            format!("A demo was written: {consultations} consultations, {people} people, {events} events.")
        }
        (_, _) => format!(
            "The demo was completed: {consultations} consultations, {people} people, {events} events."
        ),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "this is not a number".to_owned())?;
    if (0.01..=1_000.0).contains(&rate) { Ok(rate) } else { Err("0.01 to 1000".to_owned()) }
}

/// A count of consultations.
pub(super) fn parse_count(text: &str) -> Result<usize, String> {
    let count = text.parse().map_err(|_| "this is not a whole number".to_owned())?;
    if (1..=1_000_000).contains(&count) { Ok(count) } else { Err("1 to 1000000".to_owned()) }
}
