//! States that many watch: each kept by one task while anybody does.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::{FutureExt as _, future::BoxFuture};
use ledgerdesk_domain::id::WorkspaceId;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Item, Source};
use crate::graphql::error::Fault;

/// How many steps are kept for subscribers who are a little behind; those further behind are shown the whole state.
const STEPS: usize = 32;

/// What a topic is: its kind, whose it is, and what narrows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TopicKey {
    pub(crate) kind: &'static str,
    pub(crate) workspace: WorkspaceId,
    /// A text that is the same for the same thing, such as the debug form of a filter.
    pub(crate) of: String,
}

/// The newest state, and the last steps that led to it.
struct Latest {
    /// Counts states.
    number: u64,
    whole: Item,
    /// The newest last; it leads from the state before to this one.
    steps: VecDeque<Item>,
}

type Told = Option<Result<Arc<Latest>, Fault>>;

/// Where the task of a topic tells its state.
pub(crate) struct Publisher {
    told: Arc<watch::Sender<Told>>,
    number: u64,
    steps: VecDeque<Item>,
}

impl Publisher {
    /// A new state, shown whole to everybody.
    pub(crate) fn state(&mut self, whole: Item) {
        self.steps.clear();
        self.tell(whole);
    }

    /// A new state, and the step that leads to it from the last one.
    pub(crate) fn step(&mut self, step: Item, whole: Item) {
        self.steps.push_back(step);
        if self.steps.len() > STEPS {
            self.steps.pop_front();
        }
        self.tell(whole);
    }

    fn tell(&mut self, whole: Item) {
        self.number += 1;
        let latest = Latest { number: self.number, whole, steps: self.steps.clone() };
        self.told.send_replace(Some(Ok(Arc::new(latest))));
    }
}

struct Topic {
    told: watch::Receiver<Told>,
    /// Ends the task with the last subscriber.
    _kept: DropGuard,
}

impl Topic {
    fn begin<F>(keep: impl FnOnce(Publisher) -> F) -> Arc<Self>
    where
        F: Future<Output = Fault> + Send + 'static,
    {
        let (sender, told) = watch::channel(None);
        let (told_by_task, stop) = (Arc::new(sender), CancellationToken::new());
        let publisher = Publisher { told: Arc::clone(&told_by_task), number: 0, steps: VecDeque::new() };
        let (keeping, stopped) = (keep(publisher), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                fault = keeping => drop(told_by_task.send_replace(Some(Err(fault)))),
            }
        });
        Arc::new(Self { told, _kept: stop.drop_guard() })
    }

    /// One that has failed tells nothing more; whoever comes next begins it anew.
    fn lives(&self) -> bool {
        !matches!(*self.told.borrow(), Some(Err(_))) && self.told.has_changed().is_ok()
    }
}

/// The topics of a node. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Topics(Arc<Mutex<HashMap<TopicKey, Weak<Topic>>>>);

impl Topics {
    /// Joins those who watch a topic. Where nobody does, `keep` is what keeps it: it tells the publisher each state
    /// and ends only with a fault.
    pub(crate) async fn join<F>(
        &self,
        key: TopicKey,
        keep: impl FnOnce(Publisher) -> F,
    ) -> Result<TopicSource, Fault>
    where
        F: Future<Output = Fault> + Send + 'static,
    {
        let topic = self.topic(key, keep);
        let mut told = topic.told.clone();
        // The first state, or why there is none.
        match told.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(Err(fault))) => return Err(fault.clone()),
            Ok(_) => {}
            Err(_) => return Err(Fault::Internal),
        }
        Ok(TopicSource { told, seen: None, _topic: topic })
    }

    fn topic<F>(&self, key: TopicKey, keep: impl FnOnce(Publisher) -> F) -> Arc<Topic>
    where
        F: Future<Output = Fault> + Send + 'static,
    {
        let mut topics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(topic) = topics.get(&key).and_then(Weak::upgrade)
            && topic.lives()
        {
            return topic;
        }
        if topics.len() == topics.capacity() {
            topics.retain(|_, topic| topic.strong_count() > 0);
        }
        let topic = Topic::begin(keep);
        topics.insert(key, Arc::downgrade(&topic));
        topic
    }
}

/// One who watches a topic: shown the state, then each step; the state again where it was too slow for the steps.
pub(crate) struct TopicSource {
    told: watch::Receiver<Told>,
    /// The number of the state that was last shown.
    seen: Option<u64>,
    _topic: Arc<Topic>,
}

impl TopicSource {
    /// What leads from what was seen to the newest state; nothing if that was seen.
    fn due(&mut self) -> Result<Option<Vec<Item>>, Fault> {
        let latest = match &*self.told.borrow_and_update() {
            None => return Ok(None),
            Some(Err(fault)) => return Err(fault.clone()),
            Some(Ok(latest)) => Arc::clone(latest),
        };
        let behind = self.seen.map(|seen| latest.number - seen);
        self.seen = Some(latest.number);
        Ok(match behind.map(usize::try_from) {
            Some(Ok(0)) => None,
            Some(Ok(behind)) if behind <= latest.steps.len() => {
                Some(latest.steps.iter().skip(latest.steps.len() - behind).cloned().collect())
            }
            _ => Some(vec![latest.whole.clone()]),
        })
    }

    async fn wait(&mut self) -> Result<Vec<Item>, Fault> {
        loop {
            if let Some(items) = self.due()? {
                return Ok(items);
            }
            // The task ends without a fault only by a panic.
            self.told.changed().await.map_err(|_| Fault::Internal)?;
        }
    }
}

impl Source for TopicSource {
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Item>, Fault>> {
        self.wait().boxed()
    }

    fn is_state(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(of: &str) -> TopicKey {
        TopicKey { kind: "test", workspace: WorkspaceId(uuid::Uuid::nil()), of: of.to_owned() }
    }

    fn number(item: &Item) -> i32 {
        *item.get::<i32>().expect("a number")
    }

    fn whole(number: i32) -> Item {
        Item::new(Arc::new(number))
    }

    /// A topic whose publisher the test holds.
    async fn held() -> (Topics, TopicSource, Publisher) {
        let (sender, publisher) = tokio::sync::oneshot::channel();
        let topics = Topics::default();
        let source = topics.join(key("a"), |mut publisher| async move {
            publisher.state(whole(0));
            let _ = sender.send(publisher);
            std::future::pending().await
        });
        let source = source.await.unwrap();
        (topics, source, publisher.await.unwrap())
    }

    async fn shown(source: &mut TopicSource) -> Vec<i32> {
        source.next().await.unwrap().iter().map(number).collect()
    }

    #[tokio::test]
    async fn a_subscriber_gets_the_state_and_then_each_step() {
        let (_topics, mut source, mut publisher) = held().await;
        assert_eq!(shown(&mut source).await, [0]);
        publisher.step(whole(-1), whole(1));
        publisher.step(whole(-2), whole(2));
        assert_eq!(shown(&mut source).await, [-1, -2]);
        publisher.state(whole(3));
        assert_eq!(shown(&mut source).await, [3]);
        assert!(source.next().now_or_never().is_none());
    }

    #[tokio::test]
    async fn whoever_was_too_slow_for_the_steps_gets_the_newest_state_alone() {
        let (_topics, mut source, mut publisher) = held().await;
        assert_eq!(shown(&mut source).await, [0]);
        for step in 1..=1_000 {
            publisher.step(whole(-step), whole(step));
        }
        assert_eq!(shown(&mut source).await, [1_000]);
        assert!(publisher.steps.len() <= STEPS);
    }

    #[tokio::test]
    async fn who_watches_the_same_shares_one_task_and_it_ends_with_the_last_one() {
        let (topics, source, publisher) = held().await;
        let second = topics.join(key("a"), |_| async { unreachable!("it is kept already") }).await.unwrap();
        drop(source);
        assert!(publisher.told.receiver_count() > 0);
        drop(second);
        publisher.told.closed().await;
        let begun_anew = topics.join(key("a"), |mut publisher| async move {
            publisher.state(whole(9));
            std::future::pending().await
        });
        assert_eq!(shown(&mut begun_anew.await.unwrap()).await, [9]);
    }

    #[tokio::test]
    async fn a_fault_reaches_everybody_and_the_next_one_begins_anew() {
        let topics = Topics::default();
        let refused = topics.join(key("a"), |_| async { Fault::NotFound { what: "thing" } }).await;
        assert!(matches!(refused, Err(Fault::NotFound { .. })));
        let again = topics.join(key("a"), |mut publisher| async move {
            publisher.state(whole(1));
            std::future::pending().await
        });
        assert!(again.await.is_ok());
    }
}
