//! Queues, boards, views and search: one row per consultation.
//!
//! Promise: whatever a list shows, filters or sorts by is in the row; a page costs the same at any depth.

mod projection;
mod query;
mod row;

pub use projection::{ConsultationList, rank};
pub(crate) use query::{COUNTED, all_ranks};
pub use query::{Filter, Order, QueueCount, StatusCount, count_by_status, count_queue, ids_of_client};
pub use row::{HandoverPhase, Row};
