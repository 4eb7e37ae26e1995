//! Where settings come from, and how they are read one by one while the faults are collected.

use std::{collections::BTreeMap, ffi::OsString};

use super::{
    fault::{ConfigError, Fault},
    setting::Setting,
};

const PREFIX: &str = "LEDGERDESK_";
/// The one setting that keeps the name that every hosting platform gives it.
const DATABASE_URL: &str = "DATABASE_URL";
/// What the tests and the generators of documents take; not settings of the program.
const NOT_OURS: [&str; 2] = ["LEDGERDESK_TEST_", "LEDGERDESK_WRITE_DOCS"];

/// Names and values of settings.
#[derive(Default, Clone)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// The environment variables of this process, as far as they are settings.
    pub fn of_process() -> Self {
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            (name == DATABASE_URL || name.starts_with(PREFIX)).then_some((name, value))
        });
        Self(ours.collect())
    }

    /// Sets a value, as a flag on the command line does.
    pub fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Sets a value where there is none.
    pub fn set_default(&mut self, name: &str, value: impl Into<OsString>) {
        self.0.entry(name.to_owned()).or_insert_with(|| value.into());
    }
}

/// Reads settings and remembers what is wrong.
pub(super) struct Reader<'a> {
    environment: &'a Environment,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { environment, faults: Vec::new() }
    }

    /// The value of a setting, its default, or, after a fault, the default as well: the faults are what counts
    /// then.
    pub(super) fn read<T: Clone>(&mut self, setting: &Setting<T>) -> T {
        match self.text(setting.name).map(|text| (setting.parse)(&text)) {
            None => (setting.default)(),
            Some(Ok(value)) => value,
            Some(Err(code)) => {
                self.fault(setting.name, code, format!("must be {}", setting.expected()));
                (setting.default)()
            }
        }
    }

    /// Refuses settings that nobody reads: most are misspelt.
    pub(super) fn refuse_unknown(&mut self, known: &[&str]) {
        let unknown: Vec<_> = self
            .environment
            .0
            .keys()
            .filter(|name| {
                !known.contains(&name.as_str()) && !NOT_OURS.iter().any(|theirs| name.starts_with(theirs))
            })
            .cloned()
            .collect();
        for name in unknown {
            self.fault(&name, "unknown_setting", "is not a setting; see docs/configuration.md".to_owned());
        }
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.faults.is_empty() { Ok(()) } else { Err(ConfigError { faults: self.faults }) }
    }

    /// The trimmed value; an empty one counts as none, because that is how one unsets a variable in a file.
    fn text(&mut self, name: &str) -> Option<String> {
        let value = self.environment.0.get(name)?;
        match value.to_str().map(str::trim) {
            Some("") => None,
            Some(text) => Some(text.to_owned()),
            None => {
                self.fault(name, "not_utf8", "must be UTF-8".to_owned());
                None
            }
        }
    }

    pub(super) fn fault(&mut self, setting: &str, code: &'static str, expected: String) {
        self.faults.push(Fault { setting: setting.to_owned(), code, expected });
    }
}
