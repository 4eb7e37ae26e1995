//! Logs: structured lines on standard error. No line holds personal data: events and texts are never logged,
//! only ids, counts and outcomes.

mod panics;

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogConfig, LogFormat};

/// Starts logging and makes panics log lines. Called once, by the binary; a second call changes nothing.
pub fn init(config: &LogConfig) {
    // The filter was checked when it was read. Notices of the database ("already exists, skipping") are shown
    // to whoever asks for them.
    let filter = EnvFilter::try_new(format!("sqlx=warn,{}", config.filter)).unwrap_or_default();
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
    };
    if started.is_ok() {
        panics::log();
    }
}
