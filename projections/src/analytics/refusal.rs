//! What cannot be asked, with what would be right.

use ledgerdesk_infrastructure::event_store::ReadError;

use super::MetricKey;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such metric.
    #[error("there is no metric `{name}`; {}", or_nearest(.nearest, "`analytics.metrics` lists them"))]
    UnknownMetric {
        /// What was asked for.
        name: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// The metric has no such version.
    #[error("`{metric}` has no version {version}; it has {versions:?}")]
    UnknownVersion {
        /// The metric.
        metric: &'static str,
        /// What was asked for.
        version: u16,
        /// What there is.
        versions: Vec<u16>,
    },
    /// There is no such dimension.
    #[error("there is no dimension `{name}`; {}", or_nearest(.nearest, "`analytics.dimensions` lists them"))]
    UnknownDimension {
        /// What was asked for.
        name: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// The facts of the metric have no such side.
    #[error("`{}` cannot be broken down by `{dimension}`; it can be by {}", .metric.name, .possible.join(", "))]
    NotOfMetric {
        /// The metric.
        metric: MetricKey,
        /// What was asked for.
        dimension: String,
        /// What it can be broken down by.
        possible: Vec<String>,
    },
    /// There is no such time zone.
    #[error("there is no time zone `{name}`; {}", or_nearest(.nearest, "use a name of the IANA database such as Europe/Moscow"))]
    UnknownZone {
        /// What was asked for.
        name: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// There is no such table of facts.
    #[error("there is no table of facts `{name}`; {}", or_nearest(.nearest, "there are consultations, handovers, redates, calls and ratings"))]
    UnknownTable {
        /// What was asked for.
        name: String,
        /// Names like it.
        nearest: Vec<String>,
    },
    /// The range ends before it begins, or where it begins.
    #[error("the range ends no later than it begins; `to` must lie after `from`")]
    EmptyRange,
    /// A bound that no calendar has.
    #[error("the range lies outside of the years 1970 to 9999")]
    RangeOutOfTime,
    /// More buckets than an answer has.
    #[error(
        "the range has about {count} buckets; at most {limit} are possible: ask for larger ones or a shorter range"
    )]
    TooManyBuckets {
        /// How many there would be.
        count: i64,
        /// How many there may be.
        limit: usize,
    },
    /// More groups than an answer has.
    #[error("`{}` has more than {limit} groups; ask for fewer dimensions, a filter or a shorter range", .metric.name)]
    TooManyGroups {
        /// Of which metric.
        metric: MetricKey,
        /// How many there may be.
        limit: usize,
    },
    /// `time` without the size of its buckets, or twice the same dimension.
    #[error("{0}")]
    Contradiction(&'static str),
    /// Nothing is asked for, or too much at once.
    #[error("{what} must be 1 to {limit}")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// A difference between versions of a level, which has no single facts.
    #[error("`{}` is a level and has no facts of its own; ask for a metric with facts", .metric.name)]
    NoFacts {
        /// The metric.
        metric: MetricKey,
    },
    /// Two versions of what is reckoned from clocks, which no statement can put beside each other.
    #[error("`{}` is reckoned clock by clock and has one version; ask for its facts", .metric.name)]
    NoVersions {
        /// The metric.
        metric: MetricKey,
    },
    /// Business time without a calendar.
    #[error(
        "the workspace has no business calendar, so there is no business time; publish one with `publishCalendar`, or ask for a metric by the clock on the wall"
    )]
    NoCalendar,
    /// Several calendars, and none of them is the default one.
    #[error("the workspace has the calendars {}, and none is called `default`; name one in `calendar`", .keys.join(", "))]
    WhichCalendar {
        /// The keys of the first of them.
        keys: Vec<String>,
    },
    /// There is no such calendar.
    #[error("there is no calendar `{name}`; {}", or_nearest(.nearest, "`calendars` lists them"))]
    UnknownCalendar {
        /// What was asked for.
        name: String,
        /// Keys like it.
        nearest: Vec<String>,
    },
    /// The read models did not come to stand at one position of the log.
    #[error("the read models are not at one position of the log yet; try again in a moment")]
    Unsettled,
    /// The log, which has the rules.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Refusal {
    /// The permanent code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownMetric { .. } => "UNKNOWN_METRIC",
            Self::UnknownVersion { .. } => "UNKNOWN_METRIC_VERSION",
            Self::UnknownDimension { .. } => "UNKNOWN_DIMENSION",
            Self::NotOfMetric { .. } => "DIMENSION_NOT_OF_METRIC",
            Self::UnknownZone { .. } => "UNKNOWN_TIME_ZONE",
            Self::UnknownTable { .. } => "UNKNOWN_FACT_TABLE",
            Self::EmptyRange => "RANGE_ENDS_BEFORE_IT_BEGINS",
            Self::RangeOutOfTime => "RANGE_OUT_OF_TIME",
            Self::TooManyBuckets { .. } => "TOO_MANY_BUCKETS",
            Self::TooManyGroups { .. } => "TOO_MANY_GROUPS",
            Self::Contradiction(_) => "CONTRADICTION",
            Self::Count { .. } => "BAD_COUNT",
            Self::NoFacts { .. } => "METRIC_WITHOUT_FACTS",
            Self::NoVersions { .. } => "METRIC_WITHOUT_VERSIONS",
            Self::NoCalendar => "NO_CALENDAR",
            Self::WhichCalendar { .. } => "CALENDAR_NOT_NAMED",
            Self::UnknownCalendar { .. } => "UNKNOWN_CALENDAR",
            Self::Unsettled => "TIMEOUT",
            Self::Log(_) | Self::Database(_) => "INTERNAL_SERVER_ERROR",
        }
    }
}

fn or_nearest(nearest: &[String], otherwise: &str) -> String {
    if nearest.is_empty() {
        otherwise.to_owned()
    } else {
        let names: Vec<_> = nearest.iter().map(|name| format!("`{name}`")).collect();
        format!("the nearest are {}", names.join(", "))
    }
}

/// The three names that are most like this one, the nearest first; none that is quite unlike.
pub(super) fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    // The distance grows with the length: what somebody sends here has no bound of its own.
    let name: String = name.chars().take(64).collect::<String>().to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&name, &other.to_lowercase());
    let mut like: Vec<_> = names
        .into_iter()
        .map(|other| (likeness(other), other))
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    like.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    like.into_iter().take(3).map(|(_, other)| other.to_owned()).collect()
}
