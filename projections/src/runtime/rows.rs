//! The rows that a fold works on: loaded, folded in memory, written back. No I/O.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use ledgerdesk_domain::event::Recorded;
use serde::Serialize;
use uuid::Uuid;

use super::{
    binary::{Layout, Unwritable, Writer},
    lane::Lane,
    left::Left,
    projection::Projection,
};

/// Rows in memory between the table and the fold.
pub(super) trait Rows: Send + Sync {
    /// The keys that must be [admitted](Rows::admit) before these events can be folded.
    fn missing(&self, events: &[Arc<Recorded>]) -> Vec<Uuid>;

    /// Takes in a row as the table has it: its JSON object, or nothing where the table has none.
    fn admit(&mut self, key: Uuid, row: Option<&str>) -> Result<(), serde_json::Error>;

    /// Folds the events in order, except onto the parked keys: what would have touched those is returned.
    /// With `only`, every other key is left alone.
    fn fold(
        &mut self,
        events: &[Arc<Recorded>],
        parked: &HashSet<Uuid>,
        only: Option<Uuid>,
    ) -> Vec<(Uuid, Arc<Recorded>)>;

    /// How many of the rows that differ from the table are new to it.
    fn count_new(&self) -> usize;

    /// What differs from the table, at most about `limit` rows of it; nothing once all was taken. With a layout,
    /// new rows come as COPY takes them; without one, as rows to upsert.
    fn take_changes(&mut self, limit: usize, layout: Option<&Layout>) -> Result<Option<Changes>, Unwritable>;

    /// How many rows are held in memory.
    fn len(&self) -> usize;

    /// Forgets everything.
    fn clear(&mut self);

    /// Declares that the table is empty and nobody else writes to it: nothing is missing from here on, until
    /// [`Rows::clear`].
    fn assume_empty(&mut self);
}

/// Rows to write.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Rows that the table does not have, for COPY.
    pub(super) copied: Copied,
    /// Rows that the table has or may have, each a JSON object.
    pub(super) upserted: Vec<String>,
    /// Keys of rows to remove.
    pub(super) gone: Vec<Uuid>,
}

/// Rows in the binary form of COPY.
#[derive(Debug, Default)]
pub(super) struct Copied {
    pub(super) bytes: Vec<u8>,
    pub(super) count: usize,
}

/// The rows of one projection.
pub(super) struct WorkingSet<P: Projection> {
    projection: Arc<P>,
    /// Other rows are left alone.
    lane: Lane,
    entries: HashMap<Uuid, Entry<P::Row>>,
    /// Keys that were folded onto since the last write, in the order of the first touch.
    touched: VecDeque<Uuid>,
    /// Rows of an insert-only table: nothing about them need be remembered.
    appended: VecDeque<P::Row>,
    /// Rows that were left behind since the last write.
    left: Left<P::Row>,
    /// Whether a key that is not here is not in the table either.
    complete: bool,
}

struct Entry<R> {
    /// The row now.
    row: Option<R>,
    /// Whether the table has the row.
    stored: bool,
    /// The row as the table has it, once it was touched.
    before: Option<R>,
    touched: bool,
    /// Whether the row was folded onto and is not [complete](Projection::complete) yet.
    open: bool,
}

impl<R> Default for Entry<R> {
    fn default() -> Self {
        Self { row: None, stored: false, before: None, touched: false, open: false }
    }
}

impl<P: Projection> WorkingSet<P> {
    pub(super) fn new(projection: Arc<P>, lane: Lane) -> Self {
        Self {
            projection,
            lane,
            entries: HashMap::new(),
            touched: VecDeque::new(),
            appended: VecDeque::new(),
            left: Left::default(),
            complete: false,
        }
    }

    fn insert_only(&self) -> bool {
        self.projection.definition().insert_only
    }

    /// Adds the keys of the event's rows, as far as they are in the lane.
    fn keys(&self, event: &Recorded, keys: &mut Vec<Uuid>) {
        let others = keys.len();
        self.projection.keys(event, keys);
        if self.lane != Lane::WHOLE {
            let all = keys.split_off(others);
            keys.extend(all.into_iter().filter(|&key| self.lane.has(key)));
        }
    }

    /// Folds one event onto one row. A row that is open by it joins `open`.
    fn apply(&mut self, key: Uuid, event: &Recorded, open: &mut Vec<Uuid>) {
        if self.insert_only() {
            self.appended.extend(self.projection.apply(None, key, event));
            return;
        }
        let entry = self.entries.entry(key).or_default();
        if !entry.touched {
            entry.touched = true;
            entry.before = if entry.stored { entry.row.clone() } else { None };
            self.touched.push_back(key);
        }
        if !entry.open {
            entry.open = true;
            open.push(key);
        }
        entry.row = self.projection.apply_leaving(entry.row.take(), key, event, &mut self.left);
    }

    fn complete(&mut self, open: &[Uuid]) {
        for key in open {
            let Some(entry) = self.entries.get_mut(key) else { continue };
            entry.open = false;
            if let Some(row) = &mut entry.row {
                self.projection.complete(row);
            }
        }
    }
}

impl<P: Projection> Rows for WorkingSet<P> {
    fn missing(&self, events: &[Arc<Recorded>]) -> Vec<Uuid> {
        if self.complete || self.insert_only() {
            return Vec::new();
        }
        let mut keys = Vec::new();
        for event in events {
            self.keys(event, &mut keys);
        }
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| !self.entries.contains_key(key));
        keys
    }

    fn admit(&mut self, key: Uuid, row: Option<&str>) -> Result<(), serde_json::Error> {
        let row = row.map(serde_json::from_str).transpose()?;
        self.entries.insert(key, Entry { stored: row.is_some(), row, ..Entry::default() });
        Ok(())
    }

    fn fold(
        &mut self,
        events: &[Arc<Recorded>],
        parked: &HashSet<Uuid>,
        only: Option<Uuid>,
    ) -> Vec<(Uuid, Arc<Recorded>)> {
        let mut held = Vec::new();
        let mut keys = Vec::new();
        let mut open = Vec::new();
        for event in events {
            keys.clear();
            self.keys(event, &mut keys);
            for (index, &key) in keys.iter().enumerate() {
                let repeated = keys[..index].contains(&key);
                if repeated || only.is_some_and(|only| only != key) {
                    continue;
                }
                if parked.contains(&key) {
                    held.push((key, Arc::clone(event)));
                } else {
                    self.apply(key, event, &mut open);
                }
            }
        }
        self.complete(&open);
        held
    }

    fn count_new(&self) -> usize {
        let is_new =
            |key: &&Uuid| self.entries.get(*key).is_some_and(|entry| entry.row.is_some() && !entry.stored);
        self.appended.len() + self.left.count_new() + self.touched.iter().filter(is_new).count()
    }

    fn take_changes(&mut self, limit: usize, layout: Option<&Layout>) -> Result<Option<Changes>, Unwritable> {
        if self.appended.is_empty() && self.left.is_empty() && self.touched.is_empty() {
            return Ok(None);
        }
        let mut changes = Changes::default();
        let mut writer = layout.map(Writer::new);
        let mut count = 0;
        let mut new = |row: &P::Row, upserted: &mut Vec<String>| -> Result<(), Unwritable> {
            if let Some(writer) = &mut writer {
                count += 1;
                return writer.row(row);
            }
            upserted.push(json(row)?);
            Ok(())
        };
        for row in self.appended.drain(..limit.min(self.appended.len())) {
            new(&row, &mut changes.upserted)?;
        }
        for (row, stored) in self.left.take(limit) {
            if stored {
                changes.upserted.push(json(&row)?);
            } else {
                new(&row, &mut changes.upserted)?;
            }
        }
        for key in self.touched.drain(..limit.min(self.touched.len())) {
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            let before = entry.before.take();
            entry.touched = false;
            match (&entry.row, entry.stored) {
                (Some(row), false) => new(row, &mut changes.upserted)?,
                (Some(row), true) if before.as_ref() != Some(row) => changes.upserted.push(json(row)?),
                (None, true) => changes.gone.push(key),
                (Some(_), true) | (None, false) => {}
            }
            entry.stored = entry.row.is_some();
        }
        if let Some(mut writer) = writer {
            changes.copied = Copied { bytes: writer.take(), count };
        }
        Ok(Some(changes))
    }

    fn len(&self) -> usize {
        self.entries.len() + self.appended.len() + self.left.len()
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.touched.clear();
        self.appended.clear();
        self.left.clear();
        self.complete = false;
    }

    fn assume_empty(&mut self) {
        self.clear();
        self.complete = true;
    }
}

fn json(row: &impl Serialize) -> Result<String, Unwritable> {
    serde_json::to_string(row).map_err(Unwritable::Value)
}
