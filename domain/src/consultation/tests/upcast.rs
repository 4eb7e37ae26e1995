use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{consultation::Appointed, event, personal::Personal, stream::StreamType, upcast::Upcasting};

proptest! {
    #[test]
    fn whatever_version_1_of_a_promise_said_reads_as_a_window_without_length(
        at in 0_i64..4_102_444_800_000_000,
        previous in proptest::option::of(0_i64..4_102_444_800_000_000),
    ) {
        let time = |micros| DateTime::from_timestamp_micros(micros).unwrap();
        let mut payload = json!({ "appointed_for": time(at) });
        if let Some(previous) = previous {
            payload["previous"] = json!(time(previous));
        }
        let payload = Upcasting::new().unwrap().apply("Appointed", 1, payload).unwrap();
        let decoded = event::Event::decode(StreamType::Consultation, "Appointed", payload).unwrap();
        let expected = Appointed {
            appointed_for: time(at),
            appointed_until: time(at),
            previous: previous.map(time),
        };
        prop_assert_eq!(decoded, Event::Appointed(expected).into());
    }

    #[test]
    fn the_recording_of_a_call_of_version_1_reads_as_personal(recording in proptest::option::of(".*")) {
        let mut payload = json!({
            "call_id": uuid::Uuid::nil(), "direction": "OUTBOUND", "outcome": "ANSWERED",
            "started_at": "2030-01-02T10:00:00Z", "attempt": 1,
        });
        if let Some(recording) = &recording {
            payload["recording"] = json!(recording);
        }
        let payload = Upcasting::new().unwrap().apply("CallLogged", 1, payload).unwrap();
        let decoded = event::Event::decode(StreamType::Consultation, "CallLogged", payload).unwrap();
        let event::Event::Consultation(Event::CallLogged(logged)) = decoded else { panic!("{decoded:?}") };
        prop_assert_eq!(logged.recording, recording.map(Personal::from));
    }

    #[test]
    fn a_step_is_total_over_whatever_an_object_or_another_value_holds(text in ".*", number: i64) {
        let upcasting = Upcasting::new().unwrap();
        let fields = json!({ "appointed_for": number, "recording": number });
        for payload in [json!(text), json!(number), json!(null), json!([text]), fields] {
            for (_, event_type, newest) in event::schemas() {
                for version in 1..=newest {
                    prop_assert!(upcasting.apply(event_type, version, payload.clone()).is_ok());
                }
            }
        }
    }
}
