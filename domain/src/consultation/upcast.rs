//! Old payloads of consultation events turned into the newest shape.

use serde_json::Value;

use crate::upcast::Upcaster;

/// Every step, in any order; `crate::upcast::Upcasting` checks that they form a chain for each event type.
pub const UPCASTERS: &[Upcaster] = &[Upcaster {
    event_type: "Appointed",
    from: 1,
    change: "A promise may be a window. Before there were moments only: windows that end where they start.",
    step: |mut appointed| {
        if let Value::Object(fields) = &mut appointed
            && let Some(moment) = fields.get("appointed_for").cloned()
        {
            fields.insert("appointed_until".to_owned(), moment);
        }
        appointed
    },
}];
