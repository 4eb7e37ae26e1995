//! `ledgerdesk log stats`

use std::fmt::Write as _;

use anyhow::Result;
use chrono::SecondsFormat;
use clap::Args;
use ledgerdesk_infrastructure::{
    config::Config,
    event_store::{LogStats, log_stats},
};

use crate::cli::{
    database::{Database, Tenure},
    output,
};

/// Say how much there is of what: events by type and workspace, streams, sizes.
#[derive(Args)]
pub(in crate::cli) struct Stats {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Stats {
    pub(super) async fn run(self, config: &Config) -> Result<()> {
        let database = Database::open(config, Tenure::OwnOrJoin).await?;
        let stats = log_stats(&database.pool).await;
        database.close().await?;
        let stats = stats?;
        let said = if self.json { serde_json::to_string(&stats)? } else { page(&stats) };
        Ok(output::line(said.trim_end())?)
    }
}

fn page(stats: &LogStats) -> String {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(|| "none".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    };
    let mut page = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(page, "{}", format!("{name:<28} {value}").trim_end());
    };
    line("events", stats.events.to_string());
    line("head", format!("position {}, epoch {}", stats.head, stats.epoch));
    line("recorded", format!("{} to {}", time(stats.oldest), time(stats.newest)));
    line("bytes per event", stats.bytes_per_event.to_string());
    line("results of commands", stats.commands.to_string());
    line("persons", format!("{} with a key, {} erased", stats.person_keys, stats.persons_erased));
    line("\nevents by type", String::new());
    for count in &stats.types {
        line(&format!("  {}", count.event_type), count.events.to_string());
    }
    line("\nevents by workspace", String::new());
    for count in &stats.workspaces {
        line(&format!("  {}", count.workspace_id), count.events.to_string());
    }
    line("\nstreams by type", String::new());
    for count in &stats.streams {
        let value = format!("{}, the longest of {} events", count.streams, count.longest);
        line(&format!("  {}", count.stream_type), value);
    }
    line("\ntables, in bytes", String::new());
    for table in &stats.tables {
        let value = format!("{} and {} of indexes", table.rows_bytes, table.indexes_bytes);
        line(&format!("  {}", table.name), value);
    }
    page
}
