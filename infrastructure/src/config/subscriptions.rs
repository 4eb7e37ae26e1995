//! Bounds of long-lived connections.

use super::{
    environment::Reader,
    setting::{Line, Setting, number},
};

const CONNECTIONS: Setting<u64> = number::<2_000, 1, 100_000>(
    "LEDGERDESK_MAX_WEBSOCKETS",
    "2000",
    "The most WebSockets and event streams open at once on this node; one more is refused with 503.",
);

const PER_KEY: Setting<u64> = number::<1_000, 1, 100_000>(
    "LEDGERDESK_MAX_CONNECTIONS_PER_KEY",
    "1000",
    "The most WebSockets and event streams that one key has open at once on this node. A front end whose users \
     share a key needs one for each of its open pages.",
);

const OPERATIONS: Setting<u64> = number::<50, 1, 1_000>(
    "LEDGERDESK_MAX_OPERATIONS_PER_WEBSOCKET",
    "50",
    "The most operations that run at once on one WebSocket.",
);

const BUFFER: Setting<u64> = number::<64, 1, 10_000>(
    "LEDGERDESK_SUBSCRIPTION_BUFFER",
    "64",
    "How many messages may wait for a slow subscriber before its operation waits, too.",
);

/// Bounds of long-lived connections.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionsConfig {
    /// The most long-lived connections to this node; 1 to 100,000.
    pub connections: usize,
    /// The most of them of one key; 1 to 100,000.
    pub connections_per_key: usize,
    /// The most operations at once on one connection; 1 to 1,000.
    pub operations: usize,
    /// Messages that may wait for one subscriber; 1 to 10,000.
    pub buffer: usize,
}

impl SubscriptionsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut size = |setting| usize::try_from(reader.read(setting)).unwrap_or(usize::MAX);
        Self {
            connections: size(&CONNECTIONS),
            connections_per_key: size(&PER_KEY),
            operations: size(&OPERATIONS),
            buffer: size(&BUFFER),
        }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&CONNECTIONS).into(), (&PER_KEY).into(), (&OPERATIONS).into(), (&BUFFER).into()]
    }
}
