//! Rows that a fold leaves behind: written once and not looked at again.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

/// Rows beside the one that is folded: what it was, under keys of their own. They are only written and never given
/// to a fold, so that nothing of them need be loaded.
///
/// The keys are made from the row that is folded and from the event, so that every build leaves the same ones; no
/// event names them ([`super::Projection::keys`]).
#[derive(Debug)]
pub struct Left<R> {
    /// What is still to be written, and whether the table may have a row with the key.
    rows: HashMap<Uuid, (R, bool)>,
    /// Their keys, in the order in which they were left for the first time.
    order: VecDeque<Uuid>,
}

impl<R> Default for Left<R> {
    fn default() -> Self {
        Self { rows: HashMap::new(), order: VecDeque::new() }
    }
}

impl<R> Left<R> {
    /// Leaves a row with a key that no event before this one has left.
    pub fn add(&mut self, key: Uuid, row: R) {
        self.put(key, row, false);
    }

    /// Leaves a row once more, in place of the one that an earlier event has left under the key.
    pub fn amend(&mut self, key: Uuid, row: R) {
        self.put(key, row, true);
    }

    fn put(&mut self, key: Uuid, row: R, stored: bool) {
        if let Some(pending) = self.rows.get_mut(&key) {
            // What was not written yet is not in the table; a key is written once.
            pending.0 = row;
            return;
        }
        self.rows.insert(key, (row, stored));
        self.order.push_back(key);
    }

    /// Takes up to so many of them, each with whether the table may have a row with its key.
    pub(super) fn take(&mut self, limit: usize) -> Vec<(R, bool)> {
        let keys = self.order.drain(..limit.min(self.order.len()));
        keys.filter_map(|key| self.rows.remove(&key)).collect()
    }

    /// How many of them the table does not have.
    pub(super) fn count_new(&self) -> usize {
        self.rows.values().filter(|(_, stored)| !stored).count()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.order.clear();
    }

    /// Everything that was left, by key, and whether the table may have a row with it.
    #[cfg(test)]
    pub(crate) fn into_rows(self) -> impl Iterator<Item = (Uuid, (R, bool))> {
        self.rows.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_once_with_its_last_row() {
        let mut left = Left::default();
        let [one, other] = [1, 2].map(Uuid::from_u128);
        left.add(one, "a");
        left.amend(other, "b");
        left.amend(one, "c");
        assert_eq!((left.len(), left.count_new()), (2, 1));
        assert_eq!(left.take(1), [("c", false)]);
        left.amend(one, "d");
        assert_eq!(left.take(9), [("b", true), ("d", true)]);
        assert!(left.is_empty());
    }
}
