//! What is logged and how.

use tracing_subscriber::EnvFilter;

use super::{
    environment::Reader,
    setting::{Expected, Line, Setting},
};

const FILTER: Setting<String> = Setting {
    name: "LEDGERDESK_LOG",
    about: "Which log lines are written: a level, or levels by module such as `info,ledgerdesk_api=debug`.",
    default_text: "info",
    default: || "info".to_owned(),
    expected: Expected::Words("error, warn, info, debug, trace, or a list such as info,sqlx=warn"),
    parse: |text| EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| "not_a_filter"),
};

const FORMAT: Setting<LogFormat> = Setting {
    name: "LEDGERDESK_LOG_FORMAT",
    about: "How log lines look on standard error: text for people, json for collectors.",
    default_text: "text",
    default: || LogFormat::Text,
    expected: Expected::Words("text or json"),
    parse: |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("not_one_of"),
    },
};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// What is logged and how.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// A filter that `tracing` understands, already checked.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
}

impl LogConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { filter: reader.read(&FILTER), format: reader.read(&FORMAT) }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&FILTER).into(), (&FORMAT).into()]
    }
}
