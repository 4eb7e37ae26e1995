//! How often one key may give signs.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::graphql::error::Fault;

/// How many signs a key may give at once.
const BURST: u32 = 50;
/// How soon it may give one more.
const EVERY: Duration = Duration::from_millis(50);
/// How many keys are counted.
const KEYS: usize = 10_000;

/// Until when each key has used up what it may do: the bucket that leaks, as one time.
#[derive(Default)]
pub(super) struct Rate(Mutex<HashMap<Uuid, Instant>>);

impl Rate {
    /// Counts one sign, or refuses it.
    pub(super) fn take(&self, key: Uuid) -> Result<(), Fault> {
        let now = Instant::now();
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= KEYS {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= KEYS && !used.contains_key(&key) {
            return Err(Fault::RateLimited { message: MANY_KEYS });
        }
        let until = used.entry(key).or_insert(now);
        let next = (*until).max(now) + EVERY;
        if next > now + EVERY * BURST {
            return Err(Fault::RateLimited { message: TOO_OFTEN });
        }
        *until = next;
        Ok(())
    }
}

const TOO_OFTEN: &str = "signs come too often; give one every few seconds, and when something changes";
const MANY_KEYS: &str = "too many keys give signs at once; try again in a moment";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_taken_and_what_goes_beyond_is_refused_for_this_key_alone() {
        let rate = Rate::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let taken = (0..BURST * 2).filter(|_| rate.take(one).is_ok()).count();
        assert!(taken >= BURST as usize && taken < BURST as usize * 2, "{taken}");
        assert!(rate.take(other).is_ok());
    }
}
