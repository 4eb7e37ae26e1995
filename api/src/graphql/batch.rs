//! Loads that are asked for one by one and answered together.
//!
//! The fields of a page's rows resolve in one task, side by side. Each that needs another row notes its key
//! and yields; when the task comes round again all have noted theirs, and the first to go on runs one
//! statement for all. No timer and no spawned task, so a level of a query costs one statement and nothing
//! else, whatever the size of the page.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};

use super::error::Fault;

type Fetch<K, V> = Arc<dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, Fault>> + Send + Sync>;
type Answer<K, V> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, V>>, Fault>>>;
type Slot<K, V> = Arc<Mutex<Option<Round<K, V>>>>;

/// Loads of one kind within one request.
pub(super) struct Batch<K, V> {
    fetch: Fetch<K, V>,
    open: Slot<K, V>,
}

/// Keys that are noted but not yet fetched.
struct Round<K, V> {
    keys: HashSet<K>,
    answer: Answer<K, V>,
}

impl<K, V> Batch<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// `fetch` answers the keys that it finds.
    pub(super) fn new<F, R>(fetch: F) -> Self
    where
        F: Fn(Vec<K>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<HashMap<K, V>, Fault>> + Send + 'static,
    {
        Self { fetch: Arc::new(move |keys| fetch(keys).boxed()), open: Arc::default() }
    }

    /// The value of one key, if there is one.
    pub(super) async fn load(&self, key: K) -> Result<Option<V>, Fault> {
        let found = self.join(std::slice::from_ref(&key)).await?;
        Ok(found.get(&key).cloned())
    }

    /// The values of the keys that there are.
    pub(super) async fn load_all(&self, keys: &[K]) -> Result<Arc<HashMap<K, V>>, Fault> {
        self.join(keys).await
    }

    async fn join(&self, keys: &[K]) -> Result<Arc<HashMap<K, V>>, Fault> {
        let answer = {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let round = open.get_or_insert_with(|| self.round());
            round.keys.extend(keys.iter().cloned());
            round.answer.clone()
        };
        tokio::task::yield_now().await;
        answer.await
    }

    fn round(&self) -> Round<K, V> {
        let fetch = self.fetch.clone();
        // Weak, for the slot holds the round and the round this future: a request that is dropped in between
        // must not keep itself alive.
        let slot = Arc::downgrade(&self.open);
        let answer = async move {
            let round =
                slot.upgrade().and_then(|slot| slot.lock().unwrap_or_else(PoisonError::into_inner).take());
            let keys = round.map(|round| round.keys.into_iter().collect()).unwrap_or_default();
            fetch(keys).await.map(Arc::new)
        };
        Round { keys: HashSet::new(), answer: answer.boxed().shared() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::{join_all, try_join_all};

    type Seen = Arc<Mutex<Vec<usize>>>;

    /// Doubles even keys, and notes the size of each fetch.
    fn doubling() -> (Batch<u32, u32>, Seen) {
        let seen = Seen::default();
        let sizes = seen.clone();
        let batch = Batch::new(move |keys: Vec<u32>| {
            sizes.lock().unwrap().push(keys.len());
            async move { Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * 2)).collect()) }
        });
        (batch, seen)
    }

    #[tokio::test]
    async fn loads_that_are_ready_together_are_one_fetch() {
        let (batch, seen) = doubling();
        let found = try_join_all((0..100).map(|key| batch.load(key % 50))).await.unwrap();
        assert_eq!(found[4], Some(8));
        assert_eq!(found[5], None);
        assert_eq!(*seen.lock().unwrap(), [50]);
    }

    #[tokio::test]
    async fn a_later_load_is_another_fetch() {
        let (batch, seen) = doubling();
        assert_eq!(batch.load(2).await.unwrap(), Some(4));
        assert_eq!(batch.load(2).await.unwrap(), Some(4));
        assert_eq!(*seen.lock().unwrap(), [1, 1]);
    }

    #[tokio::test]
    async fn everybody_learns_of_a_fault() {
        let batch: Batch<u32, u32> = Batch::new(|_| async { Err(Fault::Internal) });
        let found = join_all((0..3).map(|key| batch.load(key))).await;
        assert!(found.iter().all(|found| matches!(found, Err(Fault::Internal))));
    }

    #[tokio::test]
    async fn one_who_gives_up_takes_nobody_along() {
        let (batch, seen) = doubling();
        let given_up = batch.load(2).now_or_never();
        assert!(given_up.is_none());
        assert_eq!(batch.load(4).await.unwrap(), Some(8));
        assert_eq!(*seen.lock().unwrap(), [2]);
    }
}
