//! Decoded stretches of the older log, shared by the readers that catch up.
//!
//! Ten projections that follow an import are all behind the recent events, each at a place of its own. Reading
//! in blocks that begin at the same positions for everybody lets whoever comes first pay for the query, the
//! decryption and the decoding, and the others take the same events.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use ledgerdesk_domain::{event::Recorded, stream::Position};
use tokio::sync::OnceCell;

use super::{StoreError, read::Reader};

/// How many events a block holds.
const BLOCK: i64 = 1_000;
/// How many blocks are kept (some 1.5 MB each).
const BLOCKS: usize = 16;
/// How many blocks are read in advance: whoever reads one goes on to the next, and meanwhile the database sends and
/// another core decodes.
const AHEAD: i64 = 2;

type Block = Arc<OnceCell<Vec<Arc<Recorded>>>>;

/// The blocks that were read lately, the newest last.
#[derive(Default)]
pub(super) struct Blocks(Mutex<VecDeque<(i64, Block)>>);

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
            let block = self.block(number);
            self.read_ahead(reader, number, head);
            let start = Position(number * BLOCK);
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
            if (next + 1) * BLOCK > head.0 || self.has(next) {
                continue;
            }
            let (block, reader) = (self.block(next), reader.clone());
            // Whoever needs it tries again and is told what is wrong.
            tokio::spawn(async move { block.get_or_try_init(|| read(&reader, next)).await.map(drop) });
        }
    }

    fn has(&self, number: i64) -> bool {
        self.blocks().iter().any(|(known, _)| *known == number)
    }

    /// Drops all of them: a person was erased, or the log has another history. A block that is being read right
    /// now goes to those who wait for it and to nobody after them.
    pub(super) fn clear(&self) {
        self.blocks().clear();
    }

    /// The block with this number, which may still have to be read.
    fn block(&self, number: i64) -> Block {
        let mut blocks = self.blocks();
        let place = blocks.iter().position(|(known, _)| *known == number);
        let block = place.and_then(|place| blocks.remove(place)).map(|(_, block)| block).unwrap_or_default();
        blocks.push_back((number, Arc::clone(&block)));
        if blocks.len() > BLOCKS {
            blocks.pop_front();
        }
        block
    }

    fn blocks(&self) -> std::sync::MutexGuard<'_, VecDeque<(i64, Block)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read(reader: &Reader, number: i64) -> Result<Vec<Arc<Recorded>>, StoreError> {
    reader.after(Position(number * BLOCK), usize::try_from(BLOCK).unwrap_or(1)).await
}
