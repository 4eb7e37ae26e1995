//! `ledgerdesk log tail`

use std::time::Duration;

use anyhow::Result;
use chrono::SecondsFormat;
use clap::Args;
use ledgerdesk_domain::stream::Position;
use ledgerdesk_infrastructure::{
    config::{self, Config},
    crypto::KeyRing,
    event_store::{self, Inspected, Selection, sealed_place},
};
use serde_json::Value;
use sqlx::{PgPool, postgres::PgListener};
use uuid::Uuid;

use crate::cli::{
    database::{Database, Tenure},
    output,
    shutdown::Shutdown,
};

/// How many events are shown without `--after`.
const LAST: i64 = 20;
/// How many events are read at a time.
const PAGE: u16 = 500;
/// How long news may stay unnoticed if the notification gets lost.
const POLL: Duration = Duration::from_secs(1);
/// What stands where a personal value is sealed.
const HIDDEN: &str = "•••";

const EXAMPLES: &str = "\
Examples:
  ledgerdesk log tail
  ledgerdesk log tail --after 0 --type HandoverRequested --json
  ledgerdesk log tail --follow

Personal values are shown as ••• unless --personal asks for them, which needs the master key.";

/// Show events, one line each: the last twenty, or those after a position.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Tail {
    /// Those after this position; 0 for all
    #[arg(long, value_name = "POSITION")]
    after: Option<i64>,
    /// Go on with what comes, until stopped
    #[arg(long, short)]
    follow: bool,
    /// Of this type only, such as `HandoverRequested`
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Of this stream only
    #[arg(long, value_name = "ID")]
    stream: Option<Uuid>,
    /// Each as a JSON object with every field
    #[arg(long)]
    json: bool,
    /// Show personal values, where they can be opened
    #[arg(long)]
    personal: bool,
}

impl Tail {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let shutdown = Shutdown::listen()?;
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let shown = tokio::select! {
            shown = self.show(config, &database.pool) => shown,
            () = shutdown.asked.cancelled() => Ok(()),
        };
        database.close().await?;
        shown
    }

    async fn show(&self, config: &Config, pool: &PgPool) -> Result<()> {
        let keys = if self.personal {
            Some(KeyRing::new(pool.clone(), config::master_key(config, true)?))
        } else {
            None
        };
        let selection = Selection { event_type: self.event_type.clone(), stream_id: self.stream };
        // Before the first read, so that nothing comes in between unnoticed.
        let mut news = if self.follow { Some(listen(pool).await?) } else { None };
        let mut after = self.start(pool, &selection).await?;
        loop {
            let page = event_store::inspect(pool, after, PAGE, &selection, keys.as_ref()).await?;
            for event in &page {
                output::line(self.line(event)?)?;
                after = Position(event.position);
            }
            if page.len() < usize::from(PAGE) {
                let Some(news) = &mut news else { return Ok(()) };
                // A notification is a hint; what counts is what the next read finds.
                if let Ok(heard) = tokio::time::timeout(POLL, news.recv()).await {
                    heard?;
                }
            }
        }
    }

    /// Where to begin.
    async fn start(&self, pool: &PgPool, selection: &Selection) -> Result<Position> {
        if let Some(after) = self.after {
            return Ok(Position(after));
        }
        let first: Option<i64> = sqlx::query_scalar(
            "select min(position) from (select position from ledgerdesk.events \
             where ($1::text is null or event_type = $1) and ($2::uuid is null or stream_id = $2) \
             order by position desc limit $3) last",
        )
        .bind(&selection.event_type)
        .bind(selection.stream_id)
        .bind(LAST)
        .fetch_one(pool)
        .await?;
        Ok(Position(first.unwrap_or(1) - 1))
    }

    fn line(&self, event: &Inspected) -> Result<String> {
        if self.json {
            return Ok(serde_json::to_string(event)?);
        }
        let mut payload = event.payload.clone();
        hide(&mut payload);
        let actor = &event.metadata["actor"];
        let actor = [&actor["kind"], &actor["id"]].map(|part| part.as_str().unwrap_or_default()).join(" ");
        Ok(format!(
            "{:>8}  {}  {} {}#{}  {}  by {}  {payload}",
            event.position,
            event.recorded_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            event.stream_type,
            event.stream_id,
            event.stream_version,
            event.event_type,
            actor.trim_end(),
        ))
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("ledgerdesk_log").await?;
    Ok(listener)
}

/// Shows that a value is sealed, instead of which one it is.
fn hide(value: &mut Value) {
    if sealed_place(value).is_some() {
        *value = Value::from(HIDDEN);
        return;
    }
    match value {
        Value::Object(entries) => entries.values_mut().for_each(hide),
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}
