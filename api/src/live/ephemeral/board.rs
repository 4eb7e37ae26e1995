//! The signs that a node knows of.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use ledgerdesk_domain::{context::Actor, id::WorkspaceId};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::watch,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// The most signs in one place; no team and no conversation has as many.
const SIGNS: usize = 1_000;
/// The most places with signs.
const PLACES: usize = 20_000;

/// Where a sign is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Place {
    /// In a workspace: who is there.
    Presence(WorkspaceId),
    /// At a consultation: who types.
    Typing(WorkspaceId, Uuid),
}

/// What a sign says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Says {
    Online,
    Away,
    Busy,
    Typing,
    /// The client types, as a program that talks to the client saw.
    ClientTyping,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sign {
    pub(crate) who: Actor,
    pub(crate) says: Says,
    /// Since when it says this.
    pub(crate) since: DateTime<Utc>,
    /// Whether it was given to this node.
    pub(crate) is_own: bool,
}

impl Sign {
    /// Whether it takes the other one's place: one party says one thing, and may also report its client.
    fn replaces(&self, other: &Self) -> bool {
        self.who == other.who && (self.says == Says::ClientTyping) == (other.says == Says::ClientTyping)
    }
}

#[derive(Default)]
struct Spot {
    /// In the order in which they were first given, with the time when each ends.
    signs: Vec<(Sign, Instant)>,
    changed: watch::Sender<()>,
}

impl Spot {
    fn drop_expired(&mut self, now: Instant) {
        self.signs.retain(|(_, until)| *until > now);
    }
}

/// The signs that a node knows of: bounded, and gone by themselves.
#[derive(Default)]
pub(super) struct Board(Mutex<HashMap<Place, Spot>>);

impl Board {
    fn lock(&self) -> MutexGuard<'_, HashMap<Place, Spot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a sign up, or renews it, for so long from now; false where there is no room.
    pub(super) fn put(&self, place: Place, sign: Sign, now: Instant, holds: Duration) -> bool {
        let until = now + holds;
        let mut spots = self.lock();
        if !has_room(&mut spots, place, now) {
            return false;
        }
        let spot = spots.entry(place).or_default();
        spot.drop_expired(now);
        if let Some((known, ends)) = spot.signs.iter_mut().find(|(known, _)| sign.replaces(known)) {
            *ends = until;
            let since = if known.says == sign.says { known.since } else { sign.since };
            *known = Sign { since, ..sign };
        } else if spot.signs.len() < SIGNS {
            spot.signs.push((sign, until));
        } else {
            return false;
        }
        spot.changed.send_replace(());
        true
    }

    /// Takes a sign down before it ends.
    pub(super) fn remove(&self, place: Place, sign: &Sign) {
        if let Some(spot) = self.lock().get_mut(&place) {
            spot.signs.retain(|(known, _)| !sign.replaces(known));
            spot.changed.send_replace(());
        }
    }

    /// The signs of a place, and when the next of them ends.
    pub(super) fn signs(&self, place: Place, now: Instant) -> (Vec<Sign>, Option<Instant>) {
        let mut spots = self.lock();
        let Some(spot) = spots.get_mut(&place) else { return (Vec::new(), None) };
        spot.drop_expired(now);
        let ends = spot.signs.iter().map(|(_, until)| *until).min();
        (spot.signs.iter().map(|(sign, _)| sign.clone()).collect(), ends)
    }

    /// Tells when the signs of a place change; not when one ends.
    pub(super) fn watch(&self, place: Place, now: Instant) -> watch::Receiver<()> {
        let mut spots = self.lock();
        // Who watches is counted elsewhere; this only makes room for others.
        let _ = has_room(&mut spots, place, now);
        spots.entry(place).or_default().changed.subscribe()
    }

    /// The signs that were given to this node, each with the time when it ends.
    pub(super) fn own(&self) -> Vec<(Place, Sign, Instant)> {
        let spots = self.lock();
        let all = spots.iter().flat_map(|(place, spot)| spot.signs.iter().map(|sign| (*place, sign)));
        all.filter(|(_, (sign, _))| sign.is_own)
            .map(|(place, (sign, until))| (place, sign.clone(), *until))
            .collect()
    }
}

/// Whether there is room for this place, once those are gone where nothing is said and nobody watches.
fn has_room(spots: &mut HashMap<Place, Spot>, place: Place, now: Instant) -> bool {
    if spots.len() >= PLACES && !spots.contains_key(&place) {
        spots.retain(|_, spot| {
            spot.drop_expired(now);
            !spot.signs.is_empty() || spot.changed.receiver_count() > 0
        });
    }
    spots.len() < PLACES || spots.contains_key(&place)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    const PLACE: Place = Place::Presence(WorkspaceId(Uuid::nil()));

    fn sign(who: u128, says: Says) -> Sign {
        let who = Actor { id: Some(Uuid::from_u128(who)), ..Actor::SYSTEM };
        Sign { who, says, since: DateTime::UNIX_EPOCH, is_own: true }
    }

    fn said(board: &Board, now: Instant) -> Vec<Says> {
        board.signs(PLACE, now).0.into_iter().map(|sign| sign.says).collect()
    }

    #[test]
    fn a_sign_ends_by_itself_unless_it_is_given_again() {
        let (board, begin) = (Board::default(), Instant::now());
        board.put(PLACE, sign(1, Says::Online), begin, MINUTE);
        board.put(PLACE, sign(2, Says::Busy), begin, MINUTE);
        board.put(PLACE, sign(2, Says::Busy), begin + MINUTE / 2, MINUTE);
        assert_eq!(said(&board, begin + MINUTE / 2), [Says::Online, Says::Busy]);
        assert_eq!(said(&board, begin + MINUTE), [Says::Busy]);
        assert_eq!(board.signs(PLACE, begin + MINUTE).1, Some(begin + MINUTE * 3 / 2));
        assert!(said(&board, begin + MINUTE * 2).is_empty());
    }

    #[test]
    fn who_says_something_else_no_longer_says_what_was_said_before() {
        let board = Board::default();
        board.put(PLACE, sign(1, Says::Online), Instant::now(), MINUTE);
        board.put(PLACE, sign(1, Says::Away), Instant::now(), MINUTE);
        assert_eq!(said(&board, Instant::now()), [Says::Away]);
        board.put(PLACE, sign(1, Says::ClientTyping), Instant::now(), MINUTE);
        assert_eq!(said(&board, Instant::now()), [Says::Away, Says::ClientTyping]);
        board.remove(PLACE, &sign(1, Says::Online));
        assert_eq!(said(&board, Instant::now()), [Says::ClientTyping]);
    }

    #[test]
    fn a_place_holds_only_so_many_and_the_board_only_so_many_places() {
        let board = Board::default();
        let put = |who| board.put(PLACE, sign(who, Says::Online), Instant::now(), MINUTE);
        assert!((0..SIGNS as u128).all(put));
        assert!(!board.put(PLACE, sign(u128::MAX, Says::Online), Instant::now(), MINUTE));
        assert!(board.put(PLACE, sign(0, Says::Away), Instant::now(), MINUTE));
        let at = |number| Place::Typing(WorkspaceId(Uuid::nil()), Uuid::from_u128(number));
        let put_at = |number| board.put(at(number), sign(1, Says::Typing), Instant::now(), MINUTE);
        assert!((1..PLACES as u128).all(put_at));
        assert!(!put_at(u128::MAX));
    }
}
