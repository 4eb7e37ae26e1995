//! One JSON file for every version of every event, kept for ever: what was once written must stay readable.
//!
//! `LEDGERDESK_WRITE_GOLDEN=1 cargo test -p ledgerdesk-domain --test wire` writes the files that are missing.
//! It never changes one: a new shape is a new version, with an upcaster from the old one.

use std::{collections::BTreeSet, fs, path::PathBuf};

use ledgerdesk_domain::{
    event::{self, Event},
    upcast::Upcasting,
};
use serde_json::Value;

use crate::{asked_to_write, crate_dir, samples, source};

fn file_name(event_type: &str, version: u16) -> String {
    format!("{event_type}.v{version}.json")
}

fn path(event_type: &str, version: u16) -> PathBuf {
    crate_dir().join("golden").join(file_name(event_type, version))
}

/// The text of a golden file.
#[track_caller]
pub(crate) fn read(event_type: &str, version: u16) -> String {
    let path = path(event_type, version);
    fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; write it with LEDGERDESK_WRITE_GOLDEN=1 and commit it", path.display())
    })
}

fn sample(event_type: &str) -> Event {
    let mut samples = samples::all().into_iter().filter(|event| event.event_type() == event_type);
    let sample = samples.next().unwrap_or_else(|| panic!("tests/wire/samples has no {event_type}"));
    assert!(samples.next().is_none(), "tests/wire/samples has {event_type} twice");
    sample
}

fn encode(event: &Event) -> String {
    format!("{:#}\n", event.encode_data())
}

#[test]
fn every_event_is_written_exactly_as_its_golden_file() {
    for (_, event_type, version) in event::schemas() {
        let encoded = encode(&sample(event_type));
        if asked_to_write("LEDGERDESK_WRITE_GOLDEN") && !path(event_type, version).exists() {
            fs::write(path(event_type, version), &encoded).unwrap();
        }
        assert_eq!(
            encoded,
            read(event_type, version),
            "{event_type} is written differently; a new shape needs a new version in SCHEMAS, an upcaster and a \
             golden file of its own"
        );
    }
}

#[test]
fn every_event_is_read_from_its_golden_file() {
    for (stream_type, event_type, version) in event::schemas() {
        let golden = read(event_type, version);
        let decoded = Event::decode_str(stream_type, event_type, &golden).unwrap();
        assert_eq!(decoded, sample(event_type));
        let decoded = Event::decode(stream_type, event_type, golden.parse::<Value>().unwrap()).unwrap();
        assert_eq!(decoded, sample(event_type));
    }
}

#[test]
fn every_old_version_is_still_read() {
    let upcasting = Upcasting::new().unwrap();
    for (stream_type, event_type, newest) in event::schemas() {
        for version in 1..=newest {
            let old = read(event_type, version).parse::<Value>().unwrap();
            let payload = upcasting.apply(event_type, version, old).unwrap();
            let event = Event::decode(stream_type, event_type, payload.clone())
                .unwrap_or_else(|error| panic!("{}: {error}", file_name(event_type, version)));
            assert_eq!(event.encode_data(), payload, "{} loses something", file_name(event_type, version));
        }
    }
}

#[test]
fn every_golden_file_belongs_to_an_event() {
    let expected: BTreeSet<_> = event::schemas()
        .flat_map(|(_, event_type, newest)| (1..=newest).map(move |version| file_name(event_type, version)))
        .collect();
    let found: BTreeSet<_> = fs::read_dir(crate_dir().join("golden"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_golden_file_shows_every_field() {
    let types = source::types();
    for (_, event_type, version) in event::schemas() {
        let golden: serde_json::Map<String, Value> =
            serde_json::from_str(&read(event_type, version)).unwrap();
        let shown: BTreeSet<_> = golden.keys().map(String::as_str).collect();
        let fields: BTreeSet<_> = types[event_type].fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(shown, fields, "{event_type}: fill in every field of its sample");
    }
}

#[test]
fn an_optional_field_may_be_missing_and_another_may_not() {
    let types = source::types();
    for (stream_type, event_type, version) in event::schemas() {
        let golden: serde_json::Map<String, Value> =
            serde_json::from_str(&read(event_type, version)).unwrap();
        for field in &types[event_type].fields {
            let mut payload = golden.clone();
            payload.remove(&field.name);
            let decoded = Event::decode(stream_type, event_type, Value::Object(payload));
            assert_eq!(decoded.is_ok(), field.may_be_missing, "{event_type}.{}", field.name);
        }
    }
}

#[test]
fn an_unknown_event_type_is_refused() {
    let stream_type = ledgerdesk_domain::stream::StreamType::Client;
    for event_type in ["ClientForgotten", "ConsultationOpened", r#"","data":{},"x":""#] {
        let error = Event::decode_str(stream_type, event_type, "{}").unwrap_err();
        assert!(error.to_string().contains("unknown variant"), "{error}");
        assert!(Event::decode(stream_type, event_type, Value::Object(serde_json::Map::new())).is_err());
    }
    assert_eq!(event::schema_version("ClientForgotten"), None);
    assert_eq!(event::schema_version("ClientRegistered"), Some(1));
}
