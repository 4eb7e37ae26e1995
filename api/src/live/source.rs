//! What one subscriber follows.

use futures_util::future::BoxFuture;

use super::Item;
use crate::graphql::error::Fault;

/// What one subscriber follows. Pulled: nothing is kept for a subscriber who does not ask.
pub(crate) trait Source: Send + 'static {
    /// What to show next, at least one thing and no more than some dozens; waits until there is something. Cancel
    /// safe. A fault ends the subscription.
    fn next(&mut self) -> BoxFuture<'_, Result<Vec<Item>, Fault>>;

    /// Whether only the newest counts: then the next thing is asked for when the client's side has taken the last
    /// one, and what changed twice meanwhile is shown once.
    fn is_state(&self) -> bool;
}
