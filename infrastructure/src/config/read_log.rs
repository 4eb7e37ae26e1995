//! Whose reading of personal data is kept, and for how long.

use super::{
    environment::Reader,
    setting::{Expected, Line, Setting, number},
};

const LEVEL: Setting<ReadLogLevel> = Setting {
    name: "LEDGERDESK_READ_LOG",
    about: "Which answers with personal data are kept in `disclosures` before they leave. `all`: every one, at the price of \
            a commit, which concurrent requests share. `single`: those about one consultation, client or manager, and \
            no lists. `off`: none.",
    default_text: "all",
    default: || ReadLogLevel::All,
    expected: Expected::Words("all, single or off"),
    parse: |text| match text {
        "all" => Ok(ReadLogLevel::All),
        "single" => Ok(ReadLogLevel::Single),
        "off" => Ok(ReadLogLevel::Off),
        _ => Err("not_one_of"),
    },
};

const DAYS: Setting<u64> = number::<400, 30, 36_500>(
    "LEDGERDESK_READ_LOG_DAYS",
    "400",
    "How many days entries of reading are kept; each node looks once an hour. Those of exports are kept for good.",
);

/// Which answers with personal data are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadLogLevel {
    /// Every one.
    #[default]
    All,
    /// Those about one consultation, client or manager.
    Single,
    /// None.
    Off,
}

/// Whose reading of personal data is kept, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct ReadLogConfig {
    /// Which answers.
    pub level: ReadLogLevel,
    /// For how many days, 30 at least.
    pub days: u32,
}

impl ReadLogConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { level: reader.read(&LEVEL), days: u32::try_from(reader.read(&DAYS)).unwrap_or(u32::MAX) }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&LEVEL).into(), (&DAYS).into()]
    }
}
