//! What a metric is: data, from which every statement, chart, export and document is made.

/// A phrase in the languages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Russian.
    pub ru: &'static str,
}

/// What a value of a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A duration in milliseconds.
    Milliseconds,
    /// A number of things in each consultation.
    Number,
    /// Yes (1) or no (0); the mean is the share.
    Share,
    /// A score in hundredths.
    Hundredths,
    /// Things that happened; `n` is how many.
    Count,
    /// Consultations that are there at an instant; `n` is how many.
    Level,
    /// Open time that was spent on something, in milliseconds; `n` is how much there was.
    OpenTime,
}

impl Unit {
    /// The permanent name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Milliseconds => "MILLISECONDS",
            Self::Number => "NUMBER",
            Self::Share => "SHARE",
            Self::Hundredths => "HUNDREDTHS",
            Self::Count => "COUNT",
            Self::Level => "LEVEL",
            Self::OpenTime => "OPEN_TIME",
        }
    }

    /// Whether there are single facts with a moment each.
    pub const fn has_facts(self) -> bool {
        !matches!(self, Self::Level | Self::OpenTime)
    }

    /// Whether each fact has a value beyond that it happened.
    pub const fn has_values(self) -> bool {
        !matches!(self, Self::Count | Self::Level | Self::OpenTime)
    }
}

/// By which clock durations run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The one on the wall: every second counts.
    Wall,
    /// The business hours of the calendar in force.
    Calendar,
}

impl Clock {
    /// The permanent name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "WALL",
            Self::Calendar => "CALENDAR",
        }
    }
}

/// The read model that holds the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// What is measured in consultations.
    Consultations,
    /// Handovers.
    Handovers,
    /// Redates.
    Redates,
    /// Calls.
    Calls,
    /// Ratings.
    Ratings,
    /// Clocks of service levels that are decided, and consultations whose clocks are. No table has them: they are folded
    /// from the journals of consultations by the rules of the workspace.
    Clocks,
}

impl Table {
    /// The read model's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consultations | Self::Clocks => "consultation_facts",
            Self::Handovers => "handovers",
            Self::Redates => "redates",
            Self::Calls => "calls",
            Self::Ratings => "ratings",
        }
    }

    /// The column of `t` that names the consultation.
    pub(super) const fn consultation(self) -> &'static str {
        match self {
            Self::Consultations => "t.id",
            _ => "t.consultation_id",
        }
    }
}

/// Whether facts are moments or spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Each fact has one moment, which dates it.
    Moment,
    /// Each fact is a span, and what counts is how many there are at an instant, or how long they last.
    Span,
}

/// Where the facts of a metric are. Expressions of SQL over a row `t` of the table, and `x`, an element of it.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The table.
    pub table: Table,
    /// What has a row for each fact, where a row of the table may have several.
    pub each: Option<&'static str>,
    /// Moments or spans.
    pub shape: Shape,
    /// What dates a fact; the beginning of a span.
    pub at: &'static str,
    /// The end of a span.
    pub until: Option<&'static str>,
    /// Whether spans that overlap count once.
    pub union: bool,
    /// The value, a bigint.
    pub value: &'static str,
    /// Whom it is attributed to.
    pub manager: &'static str,
    /// Of which team.
    pub team: &'static str,
    /// The population: which facts count.
    pub holds: &'static str,
    /// Tells facts of one consultation and moment apart, a text.
    pub part: &'static str,
    /// Where the fact began in the log.
    pub start: &'static str,
    /// Where it was decided.
    pub stop: &'static str,
}

/// Which metric, in which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MetricKey {
    /// Its permanent name.
    pub name: &'static str,
    /// From 1. A definition never changes: a better one is the next version, beside it.
    pub version: u16,
}

/// A definition.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Name and version.
    pub key: MetricKey,
    /// What it is called.
    pub title: Text,
    /// What it says, in a sentence.
    pub about: Text,
    /// What a value is.
    pub unit: Unit,
    /// What starts the clock, or what is counted.
    pub start: &'static str,
    /// What stops it.
    pub stop: &'static str,
    /// When it stands still.
    pub pause: &'static str,
    /// By which clock it runs.
    pub clock: Clock,
    /// To whom a fact is attributed.
    pub attribution: &'static str,
    /// Which moment decides into which bucket a fact goes.
    pub dating: &'static str,
    /// Which facts count.
    pub population: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// How it is read.
    pub measure: Measure,
}

impl Metric {
    /// What is given of the values.
    pub const fn aggregates(&self) -> &'static str {
        match self.unit {
            Unit::Milliseconds | Unit::Number | Unit::Hundredths => "n, sum, mean, min, max, p50, p90, p99",
            Unit::Share => "n, sum (how many hold), mean (the share)",
            Unit::Count => "n",
            Unit::Level => "n at the end of each bucket",
            Unit::OpenTime => {
                "n (milliseconds of open time, of each manager who spent some of it), sum (those that were spent), mean \
                 (the share, or the mean number)"
            }
        }
    }
}
