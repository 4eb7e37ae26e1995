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

type Block = Arc<OnceCell<Vec<Arc<Recorded>>>>;

/// The blocks that were read lately, the newest last.
#[derive(Default)]
pub(super) struct Blocks(Mutex<VecDeque<(i64, Block)>>);

impl Blocks {
    /// Up to `limit` events after `after`; nothing where the block is not whole yet at `head`.
    pub(super) async fn after(
        &self,
        reader: &Reader,
        after: Position,
        limit: usize,
        head: Position,
    ) -> Result<Option<Vec<Arc<Recorded>>>, StoreError> {
        let number = after.0 / BLOCK;
        if (number + 1) * BLOCK > head.0 {
            return Ok(None);
        }
        let block = self.block(number);
        let start = Position(number * BLOCK);
        let read = async || reader.after(start, usize::try_from(BLOCK).unwrap_or(1)).await;
        let events = block.get_or_try_init(read).await?;
        let skip = usize::try_from(after.0 - start.0).unwrap_or_default();
        Ok(Some(events.iter().skip(skip).take(limit.max(1)).cloned().collect()))
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
