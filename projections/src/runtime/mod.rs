//! What every read model shares: pure folds over rows, kept exact.
//!
//! # One page of the live projection
//! `runner` holds the lease and follows the log. For each page, `fold` opens one transaction: it locks the
//! checkpoint and checks the lease's token (`checkpoint`), loads the touched rows (`load`), folds them in
//! memory (`rows`), empties the personal columns of whoever is erased (`erase`), writes what differs in bulk
//! (`write`, `binary`, `upsert`), moves the checkpoint, commits. If an event cannot be applied, `isolate` finds it and
//! parks it with everything behind it (`parking`), until a `replay`.
//!
//! # Far behind
//! `lanes` then splits several pages by the keys of their rows and applies the parts side by side, each on its own
//! connection; `lane` keeps the record of parts that were committed before the checkpoint moved.
//!
//! # A rebuild
//! `rebuild` folds the log from its start into a table of its own with the same code, keeping rows in memory;
//! `swap` applies the last events under the head lock and puts the table in place of the live one; `compare`
//! only looks whether both are equal. An interrupted rebuild goes on where it stopped (`claim`); what it replaced
//! is kept (`kept`) until the next one and can be put back (`switch`).
//!
//! # Invariants
//! - Rows and checkpoint commit together, or with a record of the lane that is ahead of it. No event is skipped; none is applied twice.
//! - Whoever writes a projection's table holds the lock on its checkpoint row, taken first; lanes share it.
//! - The fold sees no clock, no database and no other row: live and rebuilt are equal row for row.
//! - Rows that a fold leaves behind ([`Left`]) are written with the row that it folds, and by its lane, whatever lane
//!   their own keys would fall into. They are never loaded and never named by an event; a key is written once in a page.
//! - Nothing here has side effects outside the read models: a rebuild repeats none.

mod binary;
mod bounded;
mod cells;
mod checkpoint;
mod claim;
mod compare;
mod erase;
mod error;
mod fault;
mod fold;
mod isolate;
mod kept;
mod lag;
mod lane;
mod lanes;
mod lease;
mod left;
mod load;
mod log;
mod metrics;
mod pace;
mod page_size;
mod parking;
mod pause;
mod projection;
mod read_side;
mod rebuild;
mod registered;
mod replace;
mod replay;
mod rows;
mod runner;
mod settings;
mod shared;
mod status;
mod swap;
mod switch;
mod table;
#[cfg(test)]
mod tests;
mod upsert;
mod wait;
mod write;

pub use compare::Comparison;
pub use error::{ReadSideError, Stale};
pub use left::Left;
pub use pause::Pause;
pub use projection::{Definition, Projection};
pub use read_side::ReadSide;
pub use rebuild::{RebuildProgress, Rebuilt};
pub use registered::Registry;
pub use replay::Replayed;
pub use settings::Settings;
pub use status::{ParkedEvent, Previous, ProjectionState, ProjectionStatus};
pub use switch::Switched;
