//! What several requests read at the same time, read together.
//!
//! While a statement runs, whoever wants more of the same kind gathers, and the next statement reads for all of them: the
//! more is asked for at once, the less each of it costs. Whoever asks while nothing runs waits for nobody. A statement
//! begins after everybody for whom it reads has asked, so that nobody is shown less than a statement of their own would
//! have shown. Nobody waits long for a slow one.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use tokio::sync::Semaphore;

use super::error::Fault;

/// How many statements of one kind run at the same time: PostgreSQL has the other half of a small machine.
static TURNS: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1)));

/// How long a round waits for its turn; then it begins without one.
const PATIENCE: Duration = Duration::from_millis(50);

type Found<K, V> = Result<Arc<HashMap<K, V>>, Fault>;
type Answer<K, V> = Shared<BoxFuture<'static, Found<K, V>>>;

/// Reads of one table. What one statement can read for everybody is of one kind `L`; `K` tells what each wants of it.
/// Cheap to clone.
pub(crate) struct Together<L, K, V>(Arc<Mutex<HashMap<L, Kind<K, V>>>>);

struct Kind<K, V> {
    turns: Arc<Semaphore>,
    next: Option<Round<K, V>>,
}

/// Those who wait for the next statement.
struct Round<K, V> {
    keys: HashSet<K>,
    answer: Answer<K, V>,
}

impl<L, K, V> Together<L, K, V>
where
    L: Eq + Hash + Clone + Send + Sync + 'static,
    K: Eq + Hash + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// What is found of these keys, and of those of others who asked meanwhile. `fetch` reads it.
    pub(crate) async fn read<F, R>(&self, kind: L, keys: impl IntoIterator<Item = K>, fetch: F) -> Found<K, V>
    where
        F: FnOnce(Vec<K>) -> R + Send + 'static,
        R: Future<Output = Result<HashMap<K, V>, Fault>> + Send + 'static,
    {
        let answer = {
            let mut kinds = self.lock();
            let Kind { turns, next } = kinds.entry(kind.clone()).or_default();
            let round = next.get_or_insert_with(|| {
                let answer = self.clone().in_turn(kind.clone(), Arc::clone(turns), fetch);
                Round { keys: HashSet::new(), answer: answer.boxed().shared() }
            });
            round.keys.extend(keys);
            round.answer.clone()
        };
        let _waits = Waits { together: self, kind };
        answer.await
    }

    /// The statement of one round, which is closed when it begins.
    async fn in_turn<F, R>(self, kind: L, turns: Arc<Semaphore>, fetch: F) -> Found<K, V>
    where
        F: FnOnce(Vec<K>) -> R + Send + 'static,
        R: Future<Output = Result<HashMap<K, V>, Fault>> + Send + 'static,
    {
        let _turn = tokio::time::timeout(PATIENCE, turns.acquire_owned()).await;
        let round = self.lock().get_mut(&kind).and_then(|kind| kind.next.take());
        let keys = round.map(|round| round.keys.into_iter().collect()).unwrap_or_default();
        fetch(keys).await.map(Arc::new)
    }
}

impl<L: Eq + Hash, K, V> Together<L, K, V> {
    /// Nothing is kept of a kind that nobody reads: there are as many as there are filters.
    fn tidy(&self, kind: &L) {
        let mut kinds = self.lock();
        let Some(of) = kinds.get_mut(kind) else { return };
        // The map alone holds a round whose last reader has left.
        of.next.take_if(|round| round.answer.strong_count() == Some(1));
        if of.next.is_none() && of.turns.available_permits() == *TURNS {
            kinds.remove(kind);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<L, Kind<K, V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L, K, V> Clone for Together<L, K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<L, K, V> Default for Together<L, K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, V> Default for Kind<K, V> {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(*TURNS)), next: None }
    }
}

/// Somebody who waits for an answer. Dropped after it, whether it came or whoever asked has left.
struct Waits<'a, L: Eq + Hash, K, V> {
    together: &'a Together<L, K, V>,
    kind: L,
}

impl<L: Eq + Hash, K, V> Drop for Waits<'_, L, K, V> {
    fn drop(&mut self) {
        self.together.tidy(&self.kind);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{future::join_all, poll};
    use tokio::sync::watch;

    use super::*;

    type Numbers = Together<&'static str, usize, usize>;
    type Read = BoxFuture<'static, Found<usize, usize>>;

    /// Doubles numbers when it is let, and tells how many it was asked for at once.
    #[derive(Clone)]
    struct Doubling {
        together: Numbers,
        asked: watch::Sender<Vec<usize>>,
        gate: Arc<Semaphore>,
    }

    impl Doubling {
        fn new() -> Self {
            let gate = Arc::new(Semaphore::new(0));
            Self { together: Numbers::default(), asked: watch::Sender::default(), gate }
        }

        async fn double(self, numbers: Vec<usize>) -> Result<HashMap<usize, usize>, Fault> {
            self.asked.send_modify(|asked| asked.push(numbers.len()));
            self.gate.acquire().await.unwrap().forget();
            Ok(numbers.into_iter().map(|number| (number, number * 2)).collect())
        }

        /// Reads that have asked and wait.
        async fn reads(&self, kind: &'static str, numbers: impl IntoIterator<Item = usize>) -> Vec<Read> {
            let mut reads = Vec::new();
            for number in numbers {
                let doubling = self.clone();
                let read = async move {
                    let together = doubling.together.clone();
                    together.read(kind, [number], |numbers| doubling.double(numbers)).await
                };
                let mut read = read.boxed();
                assert!(poll!(&mut read).is_pending());
                reads.push(read);
            }
            reads
        }

        fn asked(&self) -> Vec<usize> {
            self.asked.borrow().clone()
        }

        fn is_idle(&self) -> bool {
            self.together.lock().is_empty()
        }
    }

    #[tokio::test]
    async fn who_asks_while_a_statement_runs_shares_the_next_one() {
        let doubling = Doubling::new();
        let first = doubling.reads("a", 0..*TURNS).await;
        let later = doubling.reads("a", 100..150).await;
        let other = doubling.reads("b", [7]).await;
        assert_eq!(doubling.asked(), vec![1; *TURNS + 1], "another kind waits for nobody");
        doubling.gate.add_permits(*TURNS + 2);
        join_all(first).await;
        join_all(other).await;
        for (number, found) in (100..150).zip(join_all(later).await) {
            assert_eq!(found.unwrap()[&number], number * 2);
        }
        assert_eq!(doubling.asked().last(), Some(&50));
        assert!(doubling.is_idle());
    }

    #[tokio::test]
    async fn who_leaves_takes_nobody_along_and_leaves_nothing_behind() {
        let doubling = Doubling::new();
        let first = doubling.reads("a", 0..*TURNS).await;
        let mut later = doubling.reads("a", [100, 101]).await;
        drop(first);
        // It is the first that begins, and reads for both.
        assert!(poll!(&mut later[0]).is_pending());
        drop(later.remove(0));
        doubling.gate.add_permits(1);
        assert_eq!(later.remove(0).await.unwrap()[&101], 202);
        assert!(doubling.is_idle());

        let first = doubling.reads("a", 0..*TURNS).await;
        let later = doubling.reads("a", [100, 101]).await;
        drop((first, later));
        assert!(doubling.is_idle());
    }

    #[tokio::test]
    async fn nobody_waits_long_for_a_slow_one() {
        let doubling = Doubling::new();
        let _slow = doubling.reads("a", 0..*TURNS).await;
        let later = doubling.reads("a", [100]).await.remove(0);
        let mut asked = doubling.asked.subscribe();
        tokio::select! {
            _ = later => panic!("nothing was let"),
            begun = asked.wait_for(|asked| asked.len() > *TURNS) => drop(begun.unwrap()),
        }
    }

    #[tokio::test]
    async fn everybody_learns_of_a_fault_and_the_next_ask_anew() {
        let numbers = Numbers::default();
        let fail = |_| async { Err(Fault::Internal) };
        assert!(matches!(numbers.read("a", [1], fail).await, Err(Fault::Internal)));
        let found = numbers.read("a", [1], |_| async { Ok(HashMap::from([(1, 2)])) }).await;
        assert_eq!(found.unwrap()[&1], 2);
    }
}
