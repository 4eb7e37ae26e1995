//! Finds, makes, caches and forgets the keys of persons.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use ledgerdesk_domain::id::{PersonId, WorkspaceId};
use sqlx::PgPool;

use super::{CryptoError, DataKey, MasterKey};
use crate::event_store::StoreError;

/// How many keys each of the two generations of the cache holds (some 200 bytes each).
const GENERATION: usize = 50_000;

/// What is known of a person's key.
#[derive(Clone)]
pub enum PersonKey {
    /// It opens and seals.
    Present(Arc<DataKey>),
    /// It was made on this node and is not yet known to be stored; it travels with the first event that it
    /// seals.
    Pending(Arc<DataKey>, Arc<[u8]>),
    /// The person was erased.
    Destroyed,
}

impl PersonKey {
    /// The key, unless the person was erased.
    pub fn key(&self) -> Option<&Arc<DataKey>> {
        match self {
            Self::Present(key) | Self::Pending(key, _) => Some(key),
            Self::Destroyed => None,
        }
    }
}

/// A key that is to be stored together with the first event that it seals.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whose.
    pub person_id: PersonId,
    /// In which workspace.
    pub workspace_id: WorkspaceId,
    /// The key, wrapped by the master key.
    pub wrapped: Arc<[u8]>,
}

/// The keys of persons. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing {
    pool: PgPool,
    master: MasterKey,
    cache: Arc<Mutex<Cache>>,
}

impl KeyRing {
    /// The keys in this database, wrapped by this master key.
    pub fn new(pool: PgPool, master: MasterKey) -> Self {
        Self { pool, master, cache: Arc::default() }
    }

    /// The keys that open what was sealed for these persons, as far as they are stored, from the cache or in one
    /// statement.
    ///
    /// A pending key opens nothing: while it waits to be stored, another node may have been faster with a key
    /// and with events.
    pub async fn find(
        &self,
        persons: impl IntoIterator<Item = PersonId>,
    ) -> Result<HashMap<PersonId, PersonKey>, StoreError> {
        self.find_or(persons, |key| !matches!(key, PersonKey::Pending(..))).await
    }

    /// The keys of these persons: cached ones if they are good enough, stored ones otherwise.
    async fn find_or(
        &self,
        persons: impl IntoIterator<Item = PersonId>,
        is_enough: impl Fn(&PersonKey) -> bool,
    ) -> Result<HashMap<PersonId, PersonKey>, StoreError> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        {
            let mut cache = self.cache();
            for person in persons {
                match cache.get(person).filter(&is_enough) {
                    Some(key) => drop(found.insert(person, key)),
                    None => missing.push(person.0),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let rows: Vec<(uuid::Uuid, uuid::Uuid, Option<Vec<u8>>)> = sqlx::query_as(
            "select person_id, workspace_id, wrapped from ledgerdesk.person_keys where person_id = any($1)",
        )
        .bind(&missing)
        .fetch_all(&self.pool)
        .await?;
        for (person, workspace, wrapped) in rows {
            let person = PersonId(person);
            let key = match wrapped {
                None => PersonKey::Destroyed,
                Some(wrapped) => PersonKey::Present(Arc::new(self.master.unwrap(
                    &wrapped,
                    person,
                    WorkspaceId(workspace),
                )?)),
            };
            self.cache().insert(person, key.clone());
            found.insert(person, key);
        }
        Ok(found)
    }

    /// The keys that seal for these persons; those without one get one. `unknown` is a person of whom the
    /// caller believes that the log has never heard, and is not looked up: if it has, the append says so.
    pub async fn sealing_keys(
        &self,
        persons: &[PersonId],
        unknown: Option<PersonId>,
        workspace: WorkspaceId,
    ) -> Result<HashMap<PersonId, PersonKey>, StoreError> {
        let known = persons.iter().copied().filter(|person| Some(*person) != unknown);
        let mut keys = self.find_or(known, |_| true).await?;
        for &person in persons {
            keys.entry(person).or_insert_with(|| self.make(person, workspace));
        }
        Ok(keys)
    }

    /// Two commands of this node for a new person must seal with the same key, so the first one's is cached
    /// at once.
    fn make(&self, person: PersonId, workspace: WorkspaceId) -> PersonKey {
        let mut cache = self.cache();
        if let Some(key) = cache.get(person) {
            return key;
        }
        let key = DataKey::generate();
        let wrapped = self.master.wrap(&key, person, workspace);
        let key = PersonKey::Pending(Arc::new(key), wrapped.into());
        cache.insert(person, key.clone());
        key
    }

    /// These keys are stored now.
    pub fn stored<'a>(&self, keys: impl IntoIterator<Item = &'a NewKey>) {
        let mut cache = self.cache();
        for NewKey { person_id, wrapped, .. } in keys {
            match cache.get(*person_id) {
                Some(PersonKey::Pending(key, pending)) if pending == *wrapped => {
                    cache.insert(*person_id, PersonKey::Present(key));
                }
                // Made after this one was forgotten; whatever it seals will be refused.
                Some(PersonKey::Pending(..)) => cache.remove(*person_id),
                Some(PersonKey::Present(_) | PersonKey::Destroyed) | None => {}
            }
        }
    }

    /// Forgets what is cached of these persons: they were erased, or another node made their key first.
    pub fn forget(&self, persons: impl IntoIterator<Item = PersonId>) {
        let mut cache = self.cache();
        for person in persons {
            cache.remove(person);
        }
    }

    /// Forgets everything: the database has another history than before, and perhaps other keys.
    pub fn forget_all(&self) {
        *self.cache() = Cache::default();
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<CryptoError> for StoreError {
    fn from(error: CryptoError) -> Self {
        Self::Crypto(error)
    }
}

/// A bounded cache of two generations: when the young one is full it becomes the old one, and what nobody
/// asked for since is dropped with the old one before.
#[derive(Default)]
struct Cache {
    young: HashMap<PersonId, PersonKey>,
    old: HashMap<PersonId, PersonKey>,
}

impl Cache {
    fn get(&mut self, person: PersonId) -> Option<PersonKey> {
        if let Some(key) = self.young.get(&person) {
            return Some(key.clone());
        }
        let key = self.old.remove(&person)?;
        self.insert(person, key.clone());
        Some(key)
    }

    fn insert(&mut self, person: PersonId, key: PersonKey) {
        if self.young.len() >= GENERATION {
            // A pending key exists nowhere else yet: dropping it would seal events that nobody can open.
            let full = mem::take(&mut self.young);
            let dropped = mem::replace(&mut self.old, full);
            self.young.extend(dropped.into_iter().filter(|(_, key)| matches!(key, PersonKey::Pending(..))));
        }
        self.young.insert(person, key);
    }

    fn remove(&mut self, person: PersonId) {
        self.young.remove(&person);
        self.old.remove(&person);
    }
}
