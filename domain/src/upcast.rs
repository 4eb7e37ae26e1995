//! Old payloads turned into the newest shape, step by step, JSON to JSON.

use std::collections::HashMap;

use serde_json::Value;

use crate::{catalog, client, consultation, event, manager, workspace};

/// What a step does to a payload.
pub type Step = fn(Value) -> Value;

/// One step: the payload of `event_type` from version `from` to `from + 1`.
#[derive(Debug, Clone, Copy)]
pub struct Upcaster {
    /// The permanent wire name.
    pub event_type: &'static str,
    /// The version that the step reads.
    pub from: u16,
    /// What the next version has that this one had not, and what the step makes of the difference: a sentence
    /// for `docs/events.md`.
    pub change: &'static str,
    /// The step. Pure and total over payloads of its version.
    pub step: Step,
}

/// Why payloads cannot be brought into the newest shape. The first four are faults of the program, found at
/// its start; the last two are faults of the log, or of a program older than its log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpcastError {
    /// `SCHEMAS` has an event type twice, or without a version.
    #[error("SCHEMAS names {event_type} twice or with version 0; name it once, from version 1 on")]
    Schema {
        /// The event type.
        event_type: String,
    },
    /// Nothing reads a version that the log may hold.
    #[error("nothing turns {event_type} version {from} into the next; add that upcaster")]
    Gap {
        /// The event type.
        event_type: String,
        /// The version that is not read.
        from: u16,
    },
    /// Two steps read the same version.
    #[error("two upcasters read {event_type} version {from}; keep one")]
    Duplicate {
        /// The event type.
        event_type: String,
        /// The version that is read twice.
        from: u16,
    },
    /// A step reads a version that has no successor.
    #[error(
        "an upcaster reads {event_type} version {from}, but the newest version is {newest}; raise it in SCHEMAS"
    )]
    Beyond {
        /// The event type.
        event_type: String,
        /// The version that is read.
        from: u16,
        /// The newest version.
        newest: u16,
    },
    /// There is no such event type.
    #[error("unknown event type {event_type}; this program is older than its log, or the log is damaged")]
    UnknownType {
        /// The event type.
        event_type: String,
    },
    /// There is no such version yet.
    #[error(
        "{event_type} has no version {version}, the newest is {newest}; this program is older than its log"
    )]
    UnknownVersion {
        /// The event type.
        event_type: String,
        /// The version asked for.
        version: u16,
        /// The newest version.
        newest: u16,
    },
}

/// The chain of upcasters of every event type, checked to be whole.
#[derive(Debug, Clone)]
pub struct Upcasting {
    chains: HashMap<&'static str, Vec<Step>>,
}

impl Upcasting {
    /// The chains of all aggregates, or what is wrong with them.
    pub fn new() -> Result<Self, UpcastError> {
        Self::of(event::schemas().map(|(_, event_type, newest)| (event_type, newest)), upcasters())
    }

    /// Chains for these event types, each with its newest version, from these steps in any order: what a
    /// program knows that has only these.
    pub fn of<'a>(
        schemas: impl IntoIterator<Item = (&'static str, u16)>,
        upcasters: impl IntoIterator<Item = &'a Upcaster>,
    ) -> Result<Self, UpcastError> {
        let mut steps = HashMap::new();
        for &Upcaster { event_type, from, step, .. } in upcasters {
            if steps.insert((event_type, from), step).is_some() {
                return Err(UpcastError::Duplicate { event_type: event_type.to_owned(), from });
            }
        }
        let mut chains: HashMap<&'static str, Vec<Step>> = HashMap::new();
        for (event_type, newest) in schemas {
            if newest == 0 || chains.contains_key(event_type) {
                return Err(UpcastError::Schema { event_type: event_type.to_owned() });
            }
            let chain = (1..newest)
                .map(|from| {
                    let gap = || UpcastError::Gap { event_type: event_type.to_owned(), from };
                    steps.remove(&(event_type, from)).ok_or_else(gap)
                })
                .collect::<Result<Vec<_>, _>>()?;
            chains.insert(event_type, chain);
        }
        // What no chain took reads version 0, the newest version or beyond, or an event type that is not there.
        match steps.into_keys().next() {
            None => Ok(Self { chains }),
            Some((event_type, from)) => Err(match chains.get(event_type) {
                Some(chain) => {
                    UpcastError::Beyond { event_type: event_type.to_owned(), from, newest: newest(chain) }
                }
                None => UpcastError::UnknownType { event_type: event_type.to_owned() },
            }),
        }
    }

    /// The newest version of the event type, if there is such a type: payloads of this version need no step.
    pub fn newest(&self, event_type: &str) -> Option<u16> {
        self.chains.get(event_type).map(|chain| newest(chain))
    }

    /// The payload in the newest shape.
    pub fn apply(&self, event_type: &str, version: u16, payload: Value) -> Result<Value, UpcastError> {
        let chain = self
            .chains
            .get(event_type)
            .ok_or_else(|| UpcastError::UnknownType { event_type: event_type.to_owned() })?;
        let steps = version.checked_sub(1).and_then(|done| chain.get(usize::from(done)..));
        match steps {
            Some(steps) => Ok(steps.iter().fold(payload, |payload, step| step(payload))),
            None => Err(UpcastError::UnknownVersion {
                event_type: event_type.to_owned(),
                version,
                newest: newest(chain),
            }),
        }
    }
}

/// Every step of every aggregate, in any order.
pub fn upcasters() -> impl Iterator<Item = &'static Upcaster> {
    let lists = [
        consultation::upcast::UPCASTERS,
        client::upcast::UPCASTERS,
        manager::upcast::UPCASTERS,
        workspace::upcast::UPCASTERS,
        catalog::upcast::UPCASTERS,
    ];
    lists.into_iter().flatten()
}

/// A chain of n steps leads from version 1 to version n + 1.
fn newest(chain: &[Step]) -> u16 {
    u16::try_from(chain.len()).unwrap_or(u16::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn upcaster(event_type: &'static str, from: u16) -> Upcaster {
        fn step(mut payload: Value) -> Value {
            payload["steps"] = json!(payload["steps"].as_u64().unwrap_or(0) + 1);
            payload
        }
        Upcaster { event_type, from, change: "One more step.", step }
    }

    fn upcasting(newest: u16, upcasters: &[Upcaster]) -> Result<Upcasting, UpcastError> {
        Upcasting::of([("Made", newest), ("Kept", 1)], upcasters)
    }

    #[test]
    fn the_chains_of_the_real_events_are_whole() {
        let upcasting = Upcasting::new().unwrap();
        for (_, event_type, version) in event::schemas() {
            assert_eq!(upcasting.newest(event_type), Some(version), "{event_type}");
        }
    }

    #[test]
    fn a_payload_takes_the_steps_that_it_has_not_taken_yet() {
        let upcasting = upcasting(3, &[upcaster("Made", 2), upcaster("Made", 1)]).unwrap();
        assert_eq!(upcasting.newest("Made"), Some(3));
        assert_eq!(upcasting.apply("Made", 1, json!({})).unwrap(), json!({ "steps": 2 }));
        assert_eq!(upcasting.apply("Made", 2, json!({})).unwrap(), json!({ "steps": 1 }));
        assert_eq!(upcasting.apply("Made", 3, json!({})).unwrap(), json!({}));
        assert_eq!(upcasting.apply("Kept", 1, json!({})).unwrap(), json!({}));
    }

    #[test]
    fn a_missing_step_is_found() {
        let error = upcasting(3, &[upcaster("Made", 2)]).unwrap_err();
        assert_eq!(error, UpcastError::Gap { event_type: "Made".into(), from: 1 });
    }

    #[test]
    fn two_steps_from_the_same_version_are_found() {
        let error = upcasting(2, &[upcaster("Made", 1), upcaster("Made", 1)]).unwrap_err();
        assert_eq!(error, UpcastError::Duplicate { event_type: "Made".into(), from: 1 });
    }

    #[test]
    fn an_event_type_that_is_there_twice_or_without_a_version_is_found() {
        let schema = Err(UpcastError::Schema { event_type: "Made".into() });
        assert_eq!(Upcasting::of([("Made", 1), ("Made", 1)], &[]).map(|_| ()), schema);
        assert_eq!(Upcasting::of([("Made", 0)], &[]).map(|_| ()), schema);
    }

    #[test]
    fn a_step_beyond_the_newest_version_is_found() {
        let error = upcasting(2, &[upcaster("Made", 1), upcaster("Made", 2)]).unwrap_err();
        assert_eq!(error, UpcastError::Beyond { event_type: "Made".into(), from: 2, newest: 2 });
    }

    #[test]
    fn a_step_for_an_unknown_event_type_is_found() {
        let error = upcasting(1, &[upcaster("Lost", 1)]).unwrap_err();
        assert_eq!(error, UpcastError::UnknownType { event_type: "Lost".into() });
    }

    #[test]
    fn a_version_or_type_that_is_not_known_is_refused() {
        let upcasting = upcasting(1, &[]).unwrap();
        let unknown = |version| UpcastError::UnknownVersion { event_type: "Made".into(), version, newest: 1 };
        assert_eq!(upcasting.apply("Made", 0, json!({})).unwrap_err(), unknown(0));
        assert_eq!(upcasting.apply("Made", 2, json!({})).unwrap_err(), unknown(2));
        let error = upcasting.apply("Lost", 1, json!({})).unwrap_err();
        assert_eq!(error, UpcastError::UnknownType { event_type: "Lost".into() });
    }
}
