//! Which tables are refused, and with which code.

use super::*;
use crate::{
    consultation::{CatalogReference, Status},
    service_level::{check::Unfit, checked},
};

fn targets() -> SlaTargets {
    SlaTargets { resolution: Some(60), ..SlaTargets::default() }
}

fn code(rules: Vec<SlaRule>) -> &'static str {
    match checked(at("2026-01-01T00:00:00Z"), rules, |key| key == "desk") {
        Ok(_) => "accepted",
        Err(Unfit::Policy(fault)) => fault.code(),
        Err(Unfit::Input(input)) => input.code(),
    }
}

fn when(rule: SlaRule, when: SlaCondition) -> SlaRule {
    SlaRule { when, ..rule }
}

#[test]
fn a_table_that_decides_nothing_is_refused() {
    assert_eq!(code(vec![]), "empty");
    assert_eq!(code(vec![rule("none", SlaTargets::default())]), "no_targets");
    // An exemption before a rule that decides something is none.
    let vip = SlaCondition { tags: vec!["vip".into()], ..SlaCondition::default() };
    assert_eq!(
        code(vec![when(rule("none", SlaTargets::default()), vip), rule("all", targets())]),
        "accepted"
    );
}

#[test]
fn a_rule_that_can_never_match_is_refused() {
    assert_eq!(code(vec![rule("all", targets()), rule("late", targets())]), "unreachable_rule");
    let of =
        |priorities: &[Priority]| SlaCondition { priorities: priorities.to_vec(), ..SlaCondition::default() };
    let half = [Priority::Low, Priority::Normal];
    let other = [Priority::High, Priority::Urgent];
    let mut rules =
        vec![when(rule("half", targets()), of(&half)), when(rule("other", targets()), of(&other))];
    assert_eq!(code(rules.clone()), "accepted");
    rules.push(rule("rest", targets()));
    assert_eq!(code(rules), "unreachable_rule");
    let topic = |key: &str| SlaCondition {
        topics: vec![CatalogReference { catalog: "product".into(), key: key.into() }],
        ..SlaCondition::default()
    };
    let rules = |second| {
        vec![when(rule("a", targets()), topic("printer")), when(rule("b", targets()), topic(second))]
    };
    assert_eq!((code(rules("printer")), code(rules("scanner"))), ("unreachable_rule", "accepted"));
}

#[test]
fn a_rule_names_what_there_is() {
    let with = |calendar: &str| SlaRule { calendar: Some(calendar.into()), ..rule("all", targets()) };
    assert_eq!((code(vec![with("desk")]), code(vec![with("moon")])), ("accepted", "unknown_calendar"));
    let pause = |status| SlaRule { pause_in: vec![status], ..rule("all", targets()) };
    assert_eq!(
        (code(vec![pause(Status::OnHold)]), code(vec![pause(Status::Closed)])),
        ("accepted", "pause_in_end")
    );
    let warn = |percent| SlaRule { warn_percent: Some(percent), ..rule("all", targets()) };
    assert_eq!((code(vec![warn(99)]), code(vec![warn(100)])), ("accepted", "out_of_range"));
    let zero = SlaTargets { resolution: Some(0), ..SlaTargets::default() };
    let call = SlaTargets { callback: Some(0), ..SlaTargets::default() };
    assert_eq!(
        (code(vec![rule("zero", zero)]), code(vec![rule("call", call)])),
        ("out_of_range", "accepted")
    );
    let low = SlaCondition { priorities: vec![Priority::Low], ..SlaCondition::default() };
    assert_eq!(code(vec![when(rule("a", targets()), low), rule("a", targets())]), "rule_twice");
}
