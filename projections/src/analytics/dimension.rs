//! By what numbers can be broken down.

use std::fmt;

use super::{Metric, Refusal, Table, refusal::nearest};

/// A side of a fact. Manager and team are those of the fact; client, tags and the like are those that the consultation
/// has now.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// The bucket that its moment lies in.
    Time,
    /// The hour of the day, 0 to 23, by the clock of the time zone.
    Hour,
    /// The day of the week, 1 for Monday to 7.
    Weekday,
    /// Whom it is attributed to.
    Manager,
    /// Of which team.
    Team,
    /// Who asked.
    Client,
    /// Where the consultation came in.
    Channel,
    /// How urgent it is.
    Priority,
    /// Its stage.
    Status,
    /// The client's language.
    Language,
    /// Each of its tags: a fact with two counts in both.
    Tag,
    /// Each entry of the catalogs that it is about, or of one catalog.
    Catalog(Option<String>),
    /// The value of a custom attribute.
    Attribute(String),
    /// How a call ended.
    Outcome,
    /// Which way a call went.
    Direction,
    /// What kind of party asked for a handover or moved a promised time.
    Initiator,
    /// How far a handover or a rating is.
    State,
    /// By which questionnaire a rating was given.
    Questionnaire,
    /// Which question of it.
    Question,
    /// The score, in hundredths.
    Score,
    /// What a clock of a service level measures.
    Clock,
    /// The rule that gave a clock its target.
    Rule,
    /// The target of a clock, in seconds.
    Target,
}

const PLAIN: [(&str, Dimension); 21] = [
    ("time", Dimension::Time),
    ("hour", Dimension::Hour),
    ("weekday", Dimension::Weekday),
    ("manager", Dimension::Manager),
    ("team", Dimension::Team),
    ("client", Dimension::Client),
    ("channel", Dimension::Channel),
    ("priority", Dimension::Priority),
    ("status", Dimension::Status),
    ("language", Dimension::Language),
    ("tag", Dimension::Tag),
    ("outcome", Dimension::Outcome),
    ("direction", Dimension::Direction),
    ("initiator", Dimension::Initiator),
    ("state", Dimension::State),
    ("questionnaire", Dimension::Questionnaire),
    ("question", Dimension::Question),
    ("score", Dimension::Score),
    ("clock", Dimension::Clock),
    ("rule", Dimension::Rule),
    ("target", Dimension::Target),
];

impl Dimension {
    /// Every dimension, with `…` where a key follows.
    pub fn all() -> Vec<String> {
        let plain = PLAIN.iter().map(|(name, _)| (*name).to_owned());
        plain.chain(["catalog", "catalog:…", "attribute:…"].map(str::to_owned)).collect()
    }

    /// What it means, in a sentence.
    pub fn about(name: &str) -> &'static str {
        match name {
            "time" => "the bucket, of the size that is asked for, by local time",
            "hour" => "the hour of the day, 0 to 23, by local time",
            "weekday" => "the day of the week, 1 (Monday) to 7, by local time",
            "manager" => "whom the fact is attributed to, as each metric says",
            "team" => "of which team the fact is, as each metric says",
            "client" => "who asked",
            "channel" => "where the consultation came in",
            "priority" => "how urgent it is now",
            "status" => "its stage now",
            "language" => "the client's language",
            "tag" => "each of its tags now: with two, it counts in both, and once in the total",
            "catalog" => {
                "each entry of the catalogs that it is about, as `catalog/key`; with two, it counts in both"
            }
            "catalog:…" => "each entry of one catalog that it is about, such as `catalog:section`",
            "attribute:…" => "the value of a custom attribute, such as `attribute:product`",
            "outcome" => "how a call ended",
            "direction" => "which way a call went",
            "initiator" => "what kind of party asked for the handover or moved the promised time",
            "state" => "how far a handover or a rating is now",
            "questionnaire" => "by which questionnaire a rating was given",
            "question" => "which question of it",
            "clock" => "what a clock of a service level measures, such as `FIRST_RESPONSE`",
            "rule" => "the rule that gave the clock its target when it was decided",
            "target" => "that target, in seconds",
            _ => "the mean score of a rating, or the score of a question, in hundredths",
        }
    }

    /// The dimension of this name.
    pub fn parse(name: &str) -> Result<Self, Refusal> {
        if let Some((_, dimension)) = PLAIN.iter().find(|(known, _)| *known == name) {
            return Ok(dimension.clone());
        }
        // Topics and sources are what others call these.
        match name.split_once(':') {
            None if name == "catalog" || name == "topic" => return Ok(Self::Catalog(None)),
            None if name == "source" => return Ok(Self::Channel),
            Some(("catalog", catalog)) if !catalog.is_empty() => {
                return Ok(Self::Catalog(Some(catalog.to_owned())));
            }
            Some(("attribute", key)) if !key.is_empty() => return Ok(Self::Attribute(key.to_owned())),
            _ => {}
        }
        let known = PLAIN.iter().map(|(name, _)| *name).chain(["catalog", "attribute:…"]);
        Err(Refusal::UnknownDimension {
            name: name.chars().take(64).collect(),
            nearest: nearest(name, known),
        })
    }

    /// Whether a fact can lie in several groups.
    pub(super) const fn is_many(&self) -> bool {
        matches!(self, Self::Tag | Self::Catalog(_))
    }

    /// Whether it is a side of the consultation, and not of the fact.
    pub(super) const fn is_of_consultation(&self) -> bool {
        matches!(
            self,
            Self::Client
                | Self::Channel
                | Self::Priority
                | Self::Status
                | Self::Language
                | Self::Tag
                | Self::Catalog(_)
                | Self::Attribute(_)
        )
    }

    /// The column that has it, among those that only some facts have.
    pub(super) fn own_column(&self, metric: &Metric) -> Option<&'static str> {
        let by_question = metric.measure.each.is_some();
        Some(match (self, metric.measure.table) {
            (Self::Outcome, Table::Calls) => "t.outcome",
            (Self::Direction, Table::Calls) => "t.direction",
            (Self::Initiator, Table::Handovers) => "t.requested_by_kind",
            (Self::Initiator, Table::Redates) => "t.initiator_kind",
            (Self::Initiator, Table::Consultations) if metric.key.name.starts_with("promise_") => {
                "x.initiator"
            }
            (Self::State, Table::Handovers | Table::Ratings) => "t.state",
            (Self::Questionnaire, Table::Ratings) => "t.questionnaire",
            (Self::Question, Table::Ratings) if by_question => "x.question",
            (Self::Score, Table::Ratings) if by_question => "(x.score * 100)",
            (Self::Score, Table::Ratings) => "t.score",
            // Of a consultation there may be several.
            (_, Table::Clocks) if metric.key.name == "sla_consultations" => return None,
            (Self::Clock, Table::Clocks) => "t.clock",
            (Self::Rule, Table::Clocks) => "t.rule",
            (Self::Target, Table::Clocks) => "t.target",
            _ => return None,
        })
    }

    /// Refuses a dimension that the facts of the metric do not have.
    pub(super) fn check(&self, metric: &Metric) -> Result<(), Refusal> {
        if self.fits(metric) {
            return Ok(());
        }
        Err(Refusal::NotOfMetric {
            metric: metric.key,
            dimension: self.to_string(),
            possible: Self::of(metric),
        })
    }

    fn fits(&self, metric: &Metric) -> bool {
        let own = matches!(
            self,
            Self::Outcome
                | Self::Direction
                | Self::Initiator
                | Self::State
                | Self::Questionnaire
                | Self::Question
                | Self::Score
                | Self::Clock
                | Self::Rule
                | Self::Target
        );
        // An instant has no hour of its own.
        let of_moment = matches!(self, Self::Hour | Self::Weekday) && !metric.unit.has_facts();
        !of_moment && (!own || self.own_column(metric).is_some())
    }

    /// What the metric can be broken down by.
    pub fn of(metric: &Metric) -> Vec<String> {
        let fits = |name: &String| Self::parse(name).is_ok_and(|dimension| dimension.fits(metric));
        Self::all().into_iter().filter(fits).collect()
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog(None) => formatter.write_str("catalog"),
            Self::Catalog(Some(catalog)) => write!(formatter, "catalog:{catalog}"),
            Self::Attribute(key) => write!(formatter, "attribute:{key}"),
            plain => {
                let name =
                    PLAIN.iter().find(|(_, dimension)| dimension == plain).map_or("", |(name, _)| name);
                formatter.write_str(name)
            }
        }
    }
}
