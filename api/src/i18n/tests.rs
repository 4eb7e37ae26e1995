use std::{fs, path::Path};

use ledgerdesk_domain::{
    consultation::{ConsultationRejection, Status},
    id::ConsultationId,
    text::InvalidInput,
};
use uuid::Uuid;

use super::{
    Localized as _, negotiate,
    ru::{consultation::infinitive, input::expectation},
};
use crate::graphql::caller::Language;

#[test]
fn the_language_with_the_greatest_weight_is_taken() {
    for (accepted, expected) in [
        ("", Language::En),
        ("ru", Language::Ru),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", Language::Ru),
        ("en-US,en;q=0.9,ru;q=0.8", Language::En),
        ("en;q=0.5, RU;q=0.7", Language::Ru),
        ("de, fr;q=0.9", Language::En),
        ("de, ru;q=0.1", Language::Ru),
        ("*, ru;q=0.5", Language::En),
        ("ru;q=0", Language::En),
        ("ru;q=zwölf", Language::En),
        (";;,,;q=", Language::En),
    ] {
        assert_eq!(negotiate(accepted), expected, "{accepted}");
    }
}

#[test]
fn a_rejection_is_told_in_both_languages_with_its_particulars() {
    let rejection = ConsultationRejection::IllegalTransition {
        from: Status::Queued,
        verb: "close",
        allowed: &[Status::Resolved],
    };
    let english = "cannot close a consultation that is QUEUED; it must be RESOLVED";
    assert_eq!(rejection.localized(Language::En), english);
    let russian = "нельзя закрыть консультацию в статусе QUEUED; нужен статус RESOLVED";
    assert_eq!(rejection.localized(Language::Ru), russian);
    let long = ConsultationRejection::Invalid(InvalidInput::TooLong { field: "topic".into(), max: 500 });
    assert_eq!(long.localized(Language::Ru), "слишком длинный текст: не больше 500 символов");
    let merged = ConsultationRejection::Merged { into: ConsultationId(Uuid::nil()) };
    assert!(!merged.localized(Language::Ru).is_ascii());
}

/// The texts in quotes that follow `before` within a statement of the domain's sources.
fn phrases(folder: &Path, before: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("the domain's sources are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            phrases(&path, before, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let source = fs::read_to_string(&path).expect("a source");
            for call in source.split(before).skip(1) {
                let arguments = call.split([')', ';']).next().unwrap_or_default();
                if let Some(phrase) = arguments.split('"').nth_back(1) {
                    found.push(phrase.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_phrase_that_the_domain_puts_into_a_rejection_has_a_russian_one() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/src");
    let mut verbs = Vec::new();
    phrases(&domain, ".transition(", &mut verbs);
    assert!(verbs.len() > 5, "{verbs:?}");
    for verb in verbs {
        assert!(!infinitive(&verb).is_ascii(), "{verb}");
    }
    let mut expectations = Vec::new();
    phrases(&domain, "InvalidInput::out_of_range(", &mut expectations);
    phrases(&domain, "InvalidInput::malformed(", &mut expectations);
    phrases(&domain, "let expected =", &mut expectations);
    assert!(expectations.len() > 5, "{expectations:?}");
    // A field's name where the phrase stands in a variable has no blanks.
    for phrase in expectations.into_iter().filter(|phrase| phrase.contains(' ')) {
        assert_ne!(expectation(&phrase), phrase);
    }
}
