//! The long-lived connections of each key: WebSockets and event streams together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use uuid::Uuid;

use super::{auth::Session, error::HttpError, state::AppState};

/// How many connections each key has open on this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<Uuid, usize>>>);

impl Connections {
    /// One more for this key, until the place is dropped; nothing if it has `max` already.
    fn take(&self, key: Uuid, max: usize) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(key).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Place { key, connections: self.clone() })
    }
}

/// One connection of a key.
pub(crate) struct Place {
    key: Uuid,
    connections: Connections,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

/// A place for a connection of this caller.
pub(crate) fn place(state: &AppState, session: &Session) -> Result<Place, HttpError> {
    let max = state.sockets.per_key;
    state.connections.take(session.caller().key_id, max).ok_or_else(|| {
        let message = format!("this key has {max} connections open on this node; close one first");
        HttpError::rate_limited(message, Some(state.sockets.ping))
    })
}

/// Refuses a connection that this node has no room for.
pub(crate) fn room(state: &AppState) -> Result<(), HttpError> {
    if state.shutdown.is_cancelled() {
        return Err(HttpError::unavailable("this node is stopping; connect to another one"));
    }
    if state.metrics.connections() >= state.sockets.sockets {
        return Err(HttpError::unavailable(
            "this node has no room for another connection; try again in a moment",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_places_and_gets_them_back() {
        let connections = Connections::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let first = connections.take(one, 2);
        let second = connections.take(one, 2);
        assert!(first.is_some() && second.is_some());
        assert!(connections.take(one, 2).is_none());
        let foreign = connections.take(other, 2);
        assert!(foreign.is_some());
        drop(first);
        assert!(connections.take(one, 2).is_some());
        drop((second, foreign));
        assert!(connections.0.lock().unwrap().is_empty(), "nothing is kept for a key without connections");
    }
}
