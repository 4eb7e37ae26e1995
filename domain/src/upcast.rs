//! Old payloads turned into the newest shape, step by step, JSON to JSON.

use serde_json::Value;

/// One step: the payload of `event_type` from version `from` to `from + 1`.
#[derive(Clone, Copy)]
pub struct Upcaster {
    /// The permanent wire name.
    pub event_type: &'static str,
    /// The version that the step reads.
    pub from: u16,
    /// The step. Pure and total over payloads of its version.
    pub step: fn(Value) -> Value,
}
