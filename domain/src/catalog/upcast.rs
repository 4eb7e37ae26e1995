//! Old payloads of catalog events turned into the newest shape.

use crate::upcast::Upcaster;

/// Every step, in any order; `crate::upcast::Upcasting` checks that they form a chain for each event type.
pub const UPCASTERS: &[Upcaster] = &[];
