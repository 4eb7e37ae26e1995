//! What the columns and activities of a log mean: a mapping file, compiled.
//!
//! `docs/importing.md` describes the format. A file is read whole and all its faults are told at once.

mod fault;
mod parse;
mod step;
mod template;
mod time;
mod toml_reader;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

use ledgerdesk_domain::{
    client::ClientKind,
    consultation::{CallDirection, CallOutcome, Channel, Priority},
};

pub use fault::Fault;
pub(super) use step::Step;
pub(super) use template::{Part, Template, TextRule};
pub(super) use time::TimeRule;

use super::ImportError;

/// The mappings that are part of the program, by name.
const SHIPPED: [(&str, &str); 5] = [
    ("bpic2013_closed_problems", include_str!("../mappings/bpic2013_closed_problems.toml")),
    ("bpic2013_open_problems", include_str!("../mappings/bpic2013_open_problems.toml")),
    ("calls_telecom_2021", include_str!("../mappings/calls_telecom_2021.toml")),
    ("helpdesk", include_str!("../mappings/helpdesk.toml")),
    ("uci_incident", include_str!("../mappings/uci_incident.toml")),
];

/// What a column of a source can say about a consultation. The order is the one of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// Which consultation the row belongs to.
    Case,
    /// When it happened.
    Time,
    /// What happened.
    Activity,
    /// Who holds the consultation.
    Person,
    /// Who did what the row tells; by default the person.
    Actor,
    /// The team that holds it.
    Team,
    /// Who asks.
    Client,
    /// What it is about.
    Topic,
    /// The same at length.
    Description,
    /// How urgent.
    Priority,
    /// Where it came in.
    Channel,
    /// The client's language.
    Language,
    /// Tags, separated.
    Tags,
    /// The text of a message or note, or the reason for waiting.
    Text,
    /// The promised time.
    AppointedFor,
    /// When the consultation was opened, if before its first row.
    OpenedAt,
    /// Who opened it.
    OpenedBy,
    /// Who resolved it.
    ResolvedBy,
    /// The kind of resolution.
    ResolutionCode,
    /// How a call ended.
    CallOutcome,
    /// Which way it went.
    CallDirection,
    /// How long it rang.
    CallWait,
    /// How long they talked.
    CallDuration,
    /// The client's number.
    CallPhone,
    /// The score of a rating.
    Rating,
    /// What the client added to it.
    RatingComment,
}

impl Field {
    /// Every field with its key in `[columns]`.
    pub(super) const KEYS: [(Self, &'static str); 26] = [
        (Self::Case, "case"),
        (Self::Time, "time"),
        (Self::Activity, "activity"),
        (Self::Person, "person"),
        (Self::Actor, "actor"),
        (Self::Team, "team"),
        (Self::Client, "client"),
        (Self::Topic, "topic"),
        (Self::Description, "description"),
        (Self::Priority, "priority"),
        (Self::Channel, "channel"),
        (Self::Language, "language"),
        (Self::Tags, "tags"),
        (Self::Text, "text"),
        (Self::AppointedFor, "appointed_for"),
        (Self::OpenedAt, "opened_at"),
        (Self::OpenedBy, "opened_by"),
        (Self::ResolvedBy, "resolved_by"),
        (Self::ResolutionCode, "resolution_code"),
        (Self::CallOutcome, "call_outcome"),
        (Self::CallDirection, "call_direction"),
        (Self::CallWait, "call_wait"),
        (Self::CallDuration, "call_duration"),
        (Self::CallPhone, "call_phone"),
        (Self::Rating, "rating"),
        (Self::RatingComment, "rating_comment"),
    ];

    /// Its key in `[columns]`.
    pub(super) fn key(self) -> &'static str {
        Self::KEYS.iter().find(|(field, _)| *field == self).map_or("", |(_, key)| key)
    }
}

/// When a change rule applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// The text differs from the one of the row before; the first row counts if it has a text.
    Changes,
    /// The number is greater than the one of the row before.
    Rises,
    /// The text became one of these.
    Becomes(Vec<String>),
}

/// What the change of a column means.
#[derive(Debug, Clone)]
pub(super) struct ChangeRule {
    /// The column.
    pub(super) column: TextRule,
    /// When it applies.
    pub(super) when: When,
    /// Activities at which it does not apply.
    pub(super) unless: Vec<String>,
    /// What it means.
    pub(super) steps: Vec<Step>,
}

/// What holds where the source says nothing.
#[derive(Debug, Clone)]
pub(super) struct Defaults {
    pub(super) topic: String,
    pub(super) channel: Channel,
    pub(super) priority: Priority,
    pub(super) language: Option<String>,
    pub(super) call_direction: CallDirection,
    /// What kind of party the clients are.
    pub(super) client_kind: ClientKind,
    /// The questionnaire that ratings answer, and its question.
    pub(super) questionnaire: String,
    pub(super) question: String,
}

/// The source's words for ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) priority: HashMap<String, Priority>,
    pub(super) channel: HashMap<String, Channel>,
    pub(super) call_outcome: HashMap<String, CallOutcome>,
    pub(super) call_direction: HashMap<String, CallDirection>,
}

/// A compiled mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) name: String,
    pub(super) delimiter: u8,
    pub(super) missing: Vec<String>,
    pub(super) list_separator: char,
    pub(super) time: TimeRule,
    pub(super) columns: BTreeMap<Field, TextRule>,
    pub(super) attributes: Vec<(String, TextRule)>,
    pub(super) catalog: Vec<(String, TextRule)>,
    pub(super) defaults: Defaults,
    pub(super) values: Values,
    pub(super) activities: HashMap<String, Vec<Step>>,
    pub(super) changes: Vec<ChangeRule>,
    /// Whether work on an ended consultation reopens it.
    pub(super) reopen_on_work: bool,
}

impl Mapping {
    /// The names of the mappings that are part of the program.
    pub fn shipped() -> Vec<&'static str> {
        SHIPPED.iter().map(|(name, _)| *name).collect()
    }

    /// The shipped mapping of this name, or the one in this file.
    pub fn load(name_or_file: &str) -> Result<Self, ImportError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_file) {
            return Self::parse(name, text);
        }
        let path = Path::new(name_or_file);
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(name_or_file, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ImportError::UnknownMapping { name: name_or_file.to_owned(), known: Self::shipped() })
            }
            Err(source) => Err(ImportError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// Compiles the text of a mapping; `file` names it in messages.
    pub fn parse(file: &str, text: &str) -> Result<Self, ImportError> {
        parse::parse(text).map_err(|faults| ImportError::InvalidMapping { file: file.to_owned(), faults })
    }

    /// The name: part of every id and idempotency key that an import makes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Every column that the mapping may look at.
    pub(super) fn wanted_columns(&self) -> BTreeSet<String> {
        self.text_rules()
            .flat_map(|(_, rule)| &rule.alternatives)
            .flat_map(Template::columns)
            .map(ToOwned::to_owned)
            .collect()
    }

    /// Every rule that reads columns, with its place in the file.
    pub(super) fn text_rules(&self) -> impl Iterator<Item = (String, &TextRule)> {
        let columns = self.columns.iter().map(|(field, rule)| (format!("columns.{}", field.key()), rule));
        let attributes = self.attributes.iter().map(|(key, rule)| (format!("attributes.{key}"), rule));
        let catalog = self.catalog.iter().map(|(key, rule)| (format!("catalog.{key}"), rule));
        let changes = self
            .changes
            .iter()
            .enumerate()
            .map(|(index, change)| (format!("changes[{index}].column"), &change.column));
        columns.chain(attributes).chain(catalog).chain(changes)
    }
}

#[cfg(test)]
mod tests;
