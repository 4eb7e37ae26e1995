//! Decoded stretches of the older log, shared by the readers that catch up.
//!
//! Ten projections that follow an import are all behind the recent events, each at a place of its own. Reading
//! in blocks that begin at the same positions for everybody lets whoever comes first pay for the query, the
//! decryption and the decoding, and the others take the same events.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ledgerdesk_domain::{event::Recorded, stream::Position};
use tokio::sync::{OnceCell, Semaphore};

use super::{StoreError, read::Reader};

/// How many events a block holds.
const BLOCK: i64 = 1_000;
/// How many blocks are kept that one reader entered (some 1.5 MB each).
const ALONE: usize = 16;
/// How many of those that more than one did. Rebuilds that keep together are spread over sixteen.
const SHARED: usize = 20;
/// How many blocks are read in advance: whoever reads one goes on to the next, and meanwhile the database sends and
/// another core decodes.
const AHEAD: i64 = 2;
/// How many blocks are read in advance at a time, for all readers together: with more, those of many readers would drive
/// each other out before they are come to.
const AHEAD_AT_ONCE: usize = 3;
/// How long they are kept after the last reader was here.
const KEPT_FOR: Duration = Duration::from_secs(5);

type Block = Arc<OnceCell<Vec<Arc<Recorded>>>>;

/// The blocks that were read lately.
pub(super) struct Blocks {
    kept: Mutex<Kept<Block>>,
    ahead: Arc<Semaphore>,
}

impl Default for Blocks {
    fn default() -> Self {
        Self { kept: Mutex::default(), ahead: Arc::new(Semaphore::new(AHEAD_AT_ONCE)) }
    }
}

/// What is kept by number, the newest last. What only one reader has entered goes before what several share: one who
/// runs through the log alone does not take from those who read it together.
struct Kept<T> {
    blocks: VecDeque<Entered<T>>,
    used: Instant,
}

struct Entered<T> {
    number: i64,
    block: T,
    /// How many readers began to read it.
    readers: usize,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), used: Instant::now() }
    }
}

impl<T: Clone + Default> Kept<T> {
    fn has(&self, number: i64) -> bool {
        self.blocks.iter().any(|kept| kept.number == number)
    }

    /// The block with this number, and whether its reader begins with it now.
    fn take(&mut self, number: i64, begins: bool) -> T {
        self.used = Instant::now();
        let place = self.blocks.iter().position(|kept| kept.number == number);
        let known = place.and_then(|place| self.blocks.remove(place));
        let mut entered = known.unwrap_or_else(|| Entered { number, block: T::default(), readers: 0 });
        entered.readers += usize::from(begins);
        let block = entered.block.clone();
        let (is_shared, most) = if entered.readers > 1 { (true, SHARED) } else { (false, ALONE) };
        self.blocks.push_back(entered);
        let of_its_kind = |kept: &Entered<T>| (kept.readers > 1) == is_shared;
        if self.blocks.iter().filter(|kept| of_its_kind(kept)).count() > most
            && let Some(oldest) = self.blocks.iter().position(of_its_kind)
        {
            self.blocks.remove(oldest);
        }
        block
    }
}

impl Blocks {
    /// Up to `limit` events after `after`, as far as the blocks are whole at `head` and can be read whole;
    /// nothing where the first is not.
    pub(super) async fn after(
        &self,
        reader: &Reader,
        after: Position,
        limit: usize,
        head: Position,
    ) -> Result<Option<Vec<Arc<Recorded>>>, StoreError> {
        let mut events: Vec<Arc<Recorded>> = Vec::new();
        let limit = limit.max(1);
        while events.len() < limit {
            let after = events.last().map_or(after, |last| last.position);
            let number = after.0 / BLOCK;
            if (number + 1) * BLOCK > head.0 {
                break;
            }
            let start = Position(number * BLOCK);
            let block = self.blocks().take(number, after == start);
            self.read_ahead(reader, number, head);
            let block = block.get_or_try_init(|| read(reader, number)).await?;
            if block.len() < usize::try_from(BLOCK).unwrap_or_default() {
                // An event that this program does not know ends it early: whoever reads up to there is told.
                break;
            }
            let skip = usize::try_from(after.0 - start.0).unwrap_or_default();
            events.extend(block.iter().skip(skip).take(limit - events.len()).cloned());
        }
        Ok((!events.is_empty()).then_some(events))
    }

    /// Begins to read the blocks behind this one, as far as they are whole and nobody has begun.
    fn read_ahead(&self, reader: &Reader, number: i64, head: Position) {
        for next in number + 1..=number + AHEAD {
            if (next + 1) * BLOCK > head.0 || self.blocks().has(next) {
                continue;
            }
            let Ok(permit) = Arc::clone(&self.ahead).try_acquire_owned() else { return };
            let (block, reader) = (self.blocks().take(next, false), reader.clone());
            tokio::spawn(async move {
                // Whoever needs it tries again and is told what is wrong.
                let _ = block.get_or_try_init(|| read(&reader, next)).await;
                drop(permit);
            });
        }
    }

    /// Drops all of them: a person was erased, or the log has another history. A block that is being read right
    /// now goes to those who wait for it and to nobody after them.
    pub(super) fn clear(&self) {
        self.blocks().blocks.clear();
    }

    /// Drops all of them if nobody has read any for a while: where everybody is at the end of the log, nobody needs them.
    pub(super) fn clear_unused(&self) {
        let mut kept = self.blocks();
        if kept.used.elapsed() > KEPT_FOR {
            kept.blocks.clear();
        }
    }

    fn blocks(&self) -> MutexGuard<'_, Kept<Block>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(reader: &Reader, number: i64) -> Result<Vec<Arc<Recorded>>, StoreError> {
    reader.after(Position(number * BLOCK), usize::try_from(BLOCK).unwrap_or(1)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_who_reads_alone_does_not_take_from_those_who_read_together() {
        let mut kept: Kept<Arc<()>> = Kept::default();
        let first: Vec<_> = (0..10).map(|number| kept.take(number, true)).collect();
        for (number, first) in (0..10).zip(&first) {
            assert!(Arc::ptr_eq(first, &kept.take(number, true)), "{number} is kept for the second reader");
        }
        for alone in 1_000..2_000 {
            kept.take(alone, true);
            // It takes what is left of the block as another page.
            kept.take(alone, false);
        }
        for (number, first) in (0..10).zip(&first) {
            assert!(Arc::ptr_eq(first, &kept.take(number, true)), "{number} is kept for the third");
        }
        assert!(kept.has(1_999) && !kept.has(1_900));
        assert!(kept.blocks.len() <= ALONE + SHARED);
    }

    #[test]
    fn what_nobody_has_read_for_a_while_is_given_back() {
        let blocks = Blocks::default();
        blocks.blocks().take(1, true);
        blocks.clear_unused();
        assert!(blocks.blocks().has(1));
        let long_ago = Instant::now().checked_sub(2 * KEPT_FOR).unwrap();
        blocks.blocks().used = long_ago;
        blocks.clear_unused();
        assert!(!blocks.blocks().has(1));
    }

    #[test]
    fn what_all_have_passed_makes_room_for_what_they_come_to() {
        let mut kept: Kept<Arc<()>> = Kept::default();
        for number in 0..1_000 {
            let first = kept.take(number, true);
            assert!(Arc::ptr_eq(&first, &kept.take(number, true)), "{number}");
        }
        assert_eq!(kept.blocks.len(), SHARED);
        assert!(kept.has(999) && !kept.has(0));
    }
}
