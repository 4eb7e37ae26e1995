//! A TOML table that is read key by key and remembers every fault with its line.

use std::{cell::RefCell, rc::Rc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Fault;

/// The faults found so far, shared by all tables of a file.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    line_starts: Rc<[usize]>,
    found: Rc<RefCell<Vec<Fault>>>,
}

impl Faults {
    pub(super) fn new(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1);
        Self { line_starts: std::iter::once(0).chain(starts).collect(), found: Rc::default() }
    }

    pub(super) fn add(&self, offset: usize, key: impl Into<String>, message: impl Into<String>) {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        self.found.borrow_mut().push(Fault { line, key: key.into(), message: message.into() });
    }

    /// All of them, in order of line.
    pub(super) fn into_sorted(self) -> Vec<Fault> {
        let mut faults = self.found.take();
        faults.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
        faults.dedup();
        faults
    }
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub(super) key: String,
    pub(super) offset: usize,
    content: &'a DeValue<'a>,
    faults: Faults,
}

impl<'a> Value<'a> {
    fn new(key: String, spanned: &'a Spanned<DeValue<'a>>, faults: &Faults) -> Self {
        Self { key, offset: spanned.span().start, content: spanned.get_ref(), faults: faults.clone() }
    }

    /// Notes a fault of this value.
    pub(super) fn fault(&self, message: impl Into<String>) {
        self.faults.add(self.offset, self.key.clone(), message);
    }

    fn expected<T>(&self, what: &str) -> Option<T> {
        self.fault(format!("this is {}, it must be {what}", self.content.type_str()));
        None
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.content.as_str() {
            None => self.expected("a text"),
            Some(text) if text.trim().is_empty() => {
                self.fault("this is empty; say something or leave the key out");
                None
            }
            Some(text) => Some(text),
        }
    }

    /// A text that may be empty.
    pub(super) fn any_text(&self) -> Option<&'a str> {
        self.content.as_str().or_else(|| self.expected("a text"))
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.content.as_bool().or_else(|| self.expected("true or false"))
    }

    /// The items of a list.
    pub(super) fn list(&self) -> Option<Vec<Value<'a>>> {
        let Some(array) = self.content.as_array() else { return self.expected("a list") };
        Some(array.iter().map(|item| Value::new(self.key.clone(), item, &self.faults)).collect())
    }

    /// The items of a list, or the value itself as the only one.
    pub(super) fn one_or_list(&self) -> Vec<Value<'a>> {
        if self.content.is_array() { self.list().unwrap_or_default() } else { vec![self.clone()] }
    }

    /// The texts of a list; also empty ones where `empty` says so.
    pub(super) fn texts(&self, empty: bool) -> Vec<String> {
        let items = self.list().unwrap_or_default();
        let text = |item: &Value<'a>| if empty { item.any_text() } else { item.text() };
        items.iter().filter_map(text).map(ToOwned::to_owned).collect()
    }

    pub(super) fn table(&self) -> Option<Table<'a>> {
        match self.content.as_table() {
            Some(table) => Some(Table::new(self.key.clone(), self.offset, table, &self.faults)),
            None => self.expected("a table"),
        }
    }
}

/// A table whose keys are taken one by one; what is left at the end is unknown.
pub(super) struct Table<'a> {
    pub(super) path: String,
    pub(super) offset: usize,
    entries: Vec<(usize, &'a str, &'a Spanned<DeValue<'a>>)>,
    faults: Faults,
}

impl<'a> Table<'a> {
    pub(super) fn new(path: String, offset: usize, table: &'a DeTable<'a>, faults: &Faults) -> Self {
        let entries =
            table.iter().map(|(key, value)| (key.span().start, key.get_ref().as_ref(), value)).collect();
        Self { path, offset, entries, faults: faults.clone() }
    }

    fn key(&self, key: &str) -> String {
        let plain =
            key.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character));
        let key = if plain { key.to_owned() } else { format!("\"{key}\"") };
        if self.path.is_empty() { key } else { format!("{}.{key}", self.path) }
    }

    /// Takes the value of a key.
    pub(super) fn take(&mut self, key: &str) -> Option<Value<'a>> {
        let index = self.entries.iter().position(|(_, name, _)| *name == key)?;
        let (_, name, value) = self.entries.swap_remove(index);
        Some(Value::new(self.key(name), value, &self.faults))
    }

    /// Takes the value of a key that must be there.
    pub(super) fn require(&mut self, key: &str, what: &str) -> Option<Value<'a>> {
        let value = self.take(key);
        if value.is_none() {
            self.faults.add(self.offset, self.key(key), format!("is missing; it says {what}"));
        }
        value
    }

    /// Takes a section; an absent one is empty.
    pub(super) fn section(&mut self, key: &str) -> Option<Table<'a>> {
        self.take(key).and_then(|value| value.table())
    }

    /// Takes everything that is left, in the order of the file.
    pub(super) fn drain(&mut self) -> Vec<(&'a str, Value<'a>)> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by_key(|(offset, ..)| *offset);
        entries
            .into_iter()
            .map(|(_, name, value)| (name, Value::new(self.key(name), value, &self.faults)))
            .collect()
    }

    /// Notes every key that was not taken.
    pub(super) fn end(mut self, known: &[&str]) {
        let left = std::mem::take(&mut self.entries);
        for (offset, name, _) in left {
            self.faults.add(
                offset,
                self.key(name),
                format!("there is no such key here; there are: {}", known.join(", ")),
            );
        }
    }
}
