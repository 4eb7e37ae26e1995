//! The states of the aggregates that were busy lately, so that a command on a long stream reads nothing.

use std::{
    any::Any,
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use ledgerdesk_domain::{
    id::WorkspaceId,
    stream::{Position, StreamId, StreamVersion},
};

/// How many states each of the two generations holds.
const GENERATION: usize = 5_000;

type Key = (WorkspaceId, StreamId);

/// An aggregate at a version.
#[derive(Clone)]
pub(super) struct Loaded<S> {
    pub state: S,
    pub version: StreamVersion,
    pub position: Position,
}

impl<S: Default> Loaded<S> {
    /// An aggregate that does not exist.
    pub(super) fn nothing() -> Self {
        Self { state: S::default(), version: StreamVersion::NONE, position: Position::START }
    }
}

/// A bounded cache of two generations: when the young one is full it becomes the old one, and what nobody
/// asked for since is dropped with the old one before. A stale entry is harmless: the append notices.
#[derive(Default)]
pub(super) struct StateCache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<Key, Arc<dyn Any + Send + Sync>>,
    old: HashMap<Key, Arc<dyn Any + Send + Sync>>,
}

impl StateCache {
    pub(super) fn get<S: Clone + Send + Sync + 'static>(&self, key: Key) -> Option<Loaded<S>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let young = generations.young.get(&key).cloned();
        let found = if let Some(found) = young {
            found
        } else {
            let found = generations.old.remove(&key)?;
            generations.insert(key, Arc::clone(&found));
            found
        };
        drop(generations);
        found.downcast_ref::<Loaded<S>>().cloned()
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.contains_key(&key) || generations.old.contains_key(&key)
    }

    pub(super) fn insert<S: Clone + Send + Sync + 'static>(&self, key: Key, loaded: Loaded<S>) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(key, Arc::new(loaded));
    }

    pub(super) fn remove(&self, key: Key) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.remove(&key);
        generations.old.remove(&key);
    }
}

impl Generations {
    fn insert(&mut self, key: Key, value: Arc<dyn Any + Send + Sync>) {
        if self.young.len() >= GENERATION {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}
