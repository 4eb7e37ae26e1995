//! Old payloads of consultation events turned into the newest shape.

use serde_json::{Value, json};

use crate::{personal::PERSONAL_MARK, upcast::Upcaster};

/// Every step, in any order; `crate::upcast::Upcasting` checks that they form a chain for each event type.
pub const UPCASTERS: &[Upcaster] = &[
    Upcaster {
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
    },
    Upcaster {
        event_type: "CallLogged",
        from: 1,
        change: "Where a recording lies is personal. Before it stood in clear; it reads as personal all the same.",
        step: |mut logged| {
            if let Some(recording) = logged.get_mut("recording").filter(|recording| recording.is_string()) {
                *recording = json!({ PERSONAL_MARK: recording.take() });
            }
            logged
        },
    },
];
