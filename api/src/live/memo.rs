//! Answers that were made a moment ago, for the others who are shown the same.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Item, answer::Answer};

/// The bytes that all answers together may take. The newest ones are kept: subscribers who read are near the end.
const BYTES: usize = 16 << 20;
/// How long an answer is kept: the others come within moments, and answers may quote somebody who is erased.
const FRESH: Duration = Duration::from_secs(10);
/// What an answer takes beside its text.
const OVERHEAD: usize = 512;

/// The place of an answer: the shape, and the thing that is shown.
type Place = (u64, usize);

/// Answers by place, bounded in bytes; the oldest go first.
#[derive(Default)]
pub(super) struct Memo(Mutex<Answers>);

#[derive(Default)]
struct Answers {
    /// The item is held: nothing else can lie at its address.
    by_place: HashMap<Place, (Item, Arc<Answer>)>,
    oldest_first: VecDeque<(Instant, Place)>,
    bytes: usize,
}

impl Memo {
    pub(super) fn get(&self, shape: u64, item: &Item) -> Option<Arc<Answer>> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.by_place.get(&(shape, item.address())).map(|(_, answer)| Arc::clone(answer))
    }

    pub(super) fn keep(&self, shape: u64, item: &Item, answer: &Arc<Answer>, now: Instant) {
        let place = (shape, item.address());
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.by_place.insert(place, (item.clone(), Arc::clone(answer))).is_none() {
            answers.oldest_first.push_back((now, place));
            answers.bytes += weight(answer);
        }
        while let Some(&(since, oldest)) = answers.oldest_first.front()
            && (answers.bytes > BYTES || now.duration_since(since) > FRESH)
        {
            answers.oldest_first.pop_front();
            if let Some((_, answer)) = answers.by_place.remove(&oldest) {
                answers.bytes -= weight(&answer);
            }
        }
    }
}

fn weight(answer: &Answer) -> usize {
    answer.json.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Arc<Answer> {
        Arc::new(Answer { json: text.into(), refusal: None })
    }

    #[test]
    fn an_answer_is_found_by_the_same_thing_in_the_same_shape_and_by_nothing_else() {
        let memo = Memo::default();
        let (one, same_value) = (Item::new(Arc::new(1)), Item::new(Arc::new(1)));
        memo.keep(7, &one, &answer("a"), Instant::now());
        assert_eq!(memo.get(7, &one.clone()).map(|answer| answer.json.to_string()).as_deref(), Some("a"));
        assert!(memo.get(8, &one).is_none());
        assert!(memo.get(7, &same_value).is_none());
    }

    #[test]
    fn answers_never_take_more_than_their_bytes_and_the_oldest_go_first() {
        let memo = Memo::default();
        let large = answer(&"x".repeat(1 << 20));
        let items: Vec<_> = (0..40).map(|number| Item::new(Arc::new(number))).collect();
        for item in &items {
            memo.keep(1, item, &large, Instant::now());
            assert!(memo.0.lock().unwrap().bytes <= BYTES);
        }
        let kept: Vec<bool> = items.iter().map(|item| memo.get(1, item).is_some()).collect();
        assert!(!kept[0] && kept[39]);
        assert!(kept.windows(2).all(|pair| pair[0] <= pair[1]), "{kept:?}");
    }

    #[test]
    fn an_answer_goes_when_it_is_old() {
        let (memo, begin) = (Memo::default(), Instant::now());
        let (old, new) = (Item::new(Arc::new(1)), Item::new(Arc::new(2)));
        memo.keep(1, &old, &answer("a"), begin);
        memo.keep(1, &new, &answer("b"), begin + FRESH * 2);
        assert!(memo.get(1, &old).is_none() && memo.get(1, &new).is_some());
    }
}
