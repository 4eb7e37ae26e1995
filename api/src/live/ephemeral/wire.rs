//! What nodes tell each other. The form is not kept anywhere, so it may change: a line that is not understood comes
//! from a newer program and is left out.

use chrono::{DateTime, Utc};
use ledgerdesk_domain::context::Actor;
use ledgerdesk_infrastructure::notices::{Notice, Outbox};
use serde::{Deserialize, Serialize};
use tokio::time::{Duration, Instant};
use uuid::Uuid;

use super::board::{Board, Place, Says, Sign};

/// No sign of another node holds longer, whatever it says.
const LONGEST: Duration = Duration::from_mins(5);

/// A line of a notification.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Message {
    /// The node that says it.
    node: Uuid,
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
enum What {
    /// Say again what was given to you.
    Ask,
    Sign {
        place: Place,
        who: Actor,
        says: Says,
        since: DateTime<Utc>,
        /// How long it holds, so that clocks need not agree; nothing if it is taken back.
        holds_ms: Option<u64>,
    },
}

impl Message {
    pub(super) fn of(node: Uuid, place: Place, sign: &Sign, holds: Option<Duration>) -> Self {
        let holds_ms = holds.map(|holds| u64::try_from(holds.as_millis()).unwrap_or(u64::MAX));
        let Sign { who, says, since, .. } = sign.clone();
        Self { node, what: What::Sign { place, who, says, since, holds_ms } }
    }

    pub(super) fn encode(&self) -> String {
        // Nothing in it can fail to become JSON, which has no line breaks of its own.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Takes in what was heard.
pub(super) fn hear(node: Uuid, board: &Board, notice: Notice<'_>, outbox: &Outbox) {
    let message: Message = match notice {
        Notice::Listening => {
            // What was given before is told, too: whoever asked for it meanwhile was not heard here. One that cannot
            // be asked now will be heard at its next sign.
            tell_again(node, board, outbox);
            let _ = outbox.tell(Message { node, what: What::Ask }.encode());
            return;
        }
        Notice::Said(line) => match serde_json::from_str(line) {
            Ok(message) => message,
            Err(_) => return,
        },
    };
    if message.node == node {
        return;
    }
    match message.what {
        What::Ask => tell_again(node, board, outbox),
        What::Sign { place, who, says, since, holds_ms } => {
            let sign = Sign { who, says, since, is_own: false };
            match holds_ms {
                Some(holds) => {
                    let holds = Duration::from_millis(holds).min(LONGEST);
                    // Where there is no room, it is not shown here.
                    let _ = board.put(place, sign, Instant::now(), holds);
                }
                None => board.remove(place, &sign),
            }
        }
    }
}

fn tell_again(node: Uuid, board: &Board, outbox: &Outbox) {
    for (place, sign, until) in board.own() {
        let holds = until.saturating_duration_since(Instant::now());
        if outbox.tell(Message::of(node, place, &sign, Some(holds)).encode()).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use ledgerdesk_domain::id::WorkspaceId;

    use super::*;

    #[test]
    fn a_message_takes_a_small_part_of_a_notification() {
        let who = Actor { id: Some(Uuid::max()), ..Actor::SYSTEM };
        let since = DateTime::from_timestamp_micros(1_800_000_000_123_456).unwrap();
        let sign = Sign { who, says: Says::ClientTyping, since, is_own: true };
        let place = Place::Typing(WorkspaceId(Uuid::max()), Uuid::max());
        let text = Message::of(Uuid::max(), place, &sign, Some(LONGEST)).encode();
        assert!(text.len() < 400, "{text}");
        let read: Message = serde_json::from_str(&text).unwrap();
        assert!(
            matches!(read.what, What::Sign { place: read, holds_ms: Some(300_000), .. } if read == place)
        );
    }
}
