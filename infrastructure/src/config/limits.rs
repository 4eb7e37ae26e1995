//! Bounds of one request.

use super::{
    environment::Reader,
    setting::{Line, Setting, number},
};

const BODY: Setting<u64> = number::<256, 16, 16_384>(
    "LEDGERDESK_MAX_BODY_KIB",
    "256",
    "The largest request body, in KiB. A larger one is refused with 413 before it is read.",
);

const TOKENS: Setting<u64> = number::<5_000, 100, 100_000>(
    "LEDGERDESK_MAX_QUERY_TOKENS",
    "5000",
    "The most lexical tokens in a GraphQL document.",
);

const DEPTH: Setting<u64> = number::<64, 8, 200>(
    "LEDGERDESK_MAX_QUERY_DEPTH",
    "64",
    "The deepest nesting of brackets in a GraphQL document.",
);

/// Bounds of one request.
#[derive(Debug, Clone, Copy)]
pub struct LimitsConfig {
    /// The largest request body, in bytes; 16 KiB to 16 MiB.
    pub body_bytes: usize,
    /// The most tokens in a GraphQL document; 100 to 100,000.
    pub query_tokens: usize,
    /// The deepest nesting of brackets in a GraphQL document; 8 to 200.
    pub query_depth: usize,
}

impl LimitsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut size = |setting| usize::try_from(reader.read(setting)).unwrap_or(usize::MAX);
        Self { body_bytes: size(&BODY) * 1024, query_tokens: size(&TOKENS), query_depth: size(&DEPTH) }
    }

    pub(super) fn lines() -> Vec<Line> {
        vec![(&BODY).into(), (&TOKENS).into(), (&DEPTH).into()]
    }
}
