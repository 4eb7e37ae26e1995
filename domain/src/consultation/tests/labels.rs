use super::*;
use crate::consultation::{
    AttributeValue, Attributes, ChangeTags, CustomAttributesChanged, SetCustomAttributes, TagsChanged,
};

fn list(items: &[&str]) -> Vec<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}

fn tags(add: &[&str], remove: &[&str]) -> Command {
    Command::ChangeTags(ChangeTags { add: list(add), remove: list(remove) })
}

fn tags_changed(added: &[&str], removed: &[&str]) -> Event {
    Event::TagsChanged(TagsChanged { added: list(added), removed: list(removed) })
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::Text(value.into())
}

fn attributes<const N: usize>(set: [(&str, AttributeValue); N], remove: &[&str]) -> Command {
    let set = set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Command::SetCustomAttributes(SetCustomAttributes { set, remove: list(remove) })
}

#[test]
fn tags_come_and_go_sorted_and_once() {
    given::<Consultation>(queued())
        .when(tags(&["smoke", " fire ", "fire"], &["absent"]))
        .then([tags_changed(&["fire", "smoke"], &[])])
        .when(tags(&["fire"], &["smoke"]))
        .then([tags_changed(&[], &["smoke"])])
        .when(tags(&["fire"], &["smoke"]))
        .then_nothing();
}

#[test]
fn a_tag_on_both_lists_stays() {
    given::<Consultation>(queued())
        .when(tags(&["fire"], &["fire"]))
        .then([tags_changed(&["fire"], &[])])
        .when(tags(&["fire"], &["fire"]))
        .then_nothing();
}

#[test]
fn tags_have_their_limits() {
    let refused = |command: Command, code, field| {
        given::<Consultation>(queued()).when(command).then_rejected_at(code, field);
    };
    refused(tags(&[" "], &[]), "empty", "add");
    refused(tags(&["a\0"], &[]), "nul_character", "add");
    refused(tags(&[], &["a\0"]), "nul_character", "remove");
    refused(tags(&[&"a".repeat(101)], &[]), "too_long", "add");
    refused(tags(&["a"; 51], &[]), "too_many", "add");
}

#[test]
fn a_consultation_has_at_most_fifty_tags() {
    let fifty: Vec<_> = (0..50).map(|n| n.to_string()).collect();
    let all: Vec<_> = fifty.iter().map(String::as_str).collect();
    given::<Consultation>(queued())
        .when(tags(&all, &[]))
        .then_something()
        .when(tags(&["one more"], &[]))
        .then_rejected("too_many")
        .when(tags(&["one more"], &["0"]))
        .then([tags_changed(&["one more"], &["0"])]);
}

#[test]
fn attributes_are_set_and_removed_where_they_differ() {
    given::<Consultation>(queued())
        .when(attributes([("floor", AttributeValue::Integer(3)), ("room", text("12"))], &["absent"]))
        .then([Event::CustomAttributesChanged(CustomAttributesChanged {
            set: Attributes::from([
                ("floor".into(), AttributeValue::Integer(3)),
                ("room".into(), text("12")),
            ]),
            removed: vec![],
        })])
        .when(attributes([("floor", AttributeValue::Integer(4))], &["room", "room"]))
        .then([Event::CustomAttributesChanged(CustomAttributesChanged {
            set: Attributes::from([("floor".into(), AttributeValue::Integer(4))]),
            removed: list(&["room"]),
        })])
        .when(attributes([("floor", AttributeValue::Integer(4))], &["room", "floor"]))
        .then_nothing();
}

#[test]
fn attributes_have_their_limits() {
    let refused = |command: Command, code| {
        given::<Consultation>(queued()).when(command).then_rejected_at(code, "set");
    };
    refused(attributes([(" ", text("a"))], &[]), "empty");
    refused(attributes([("a\0", text("a"))], &[]), "nul_character");
    refused(attributes([("a", text("\0"))], &[]), "nul_character");
    refused(attributes([("a", text(&"a".repeat(501)))], &[]), "too_long");
    refused(attributes([(&*"a".repeat(101), text("a"))], &[]), "too_long");
    given::<Consultation>(queued()).when(attributes([], &["a"; 101])).then_rejected_at("too_many", "remove");
}

#[test]
fn a_consultation_has_at_most_a_hundred_attributes() {
    let hundred = (0..100).map(|n| (n.to_string(), AttributeValue::Flag(true))).collect();
    let set = SetCustomAttributes { set: hundred, remove: vec![] };
    given::<Consultation>(queued())
        .when(Command::SetCustomAttributes(set))
        .then_something()
        .when(attributes([("one more", text("a"))], &[]))
        .then_rejected("too_many")
        .when(attributes([("0", text("a")), ("1", text("a"))], &[]))
        .then_something()
        .when(attributes([("one more", text("a"))], &["0"]))
        .then_something();
}

#[test]
fn labels_may_change_after_the_end_but_not_after_a_merge() {
    for command in [tags(&["fire"], &[]), attributes([("floor", text("3"))], &[])] {
        needs_a_consultation(&command);
        belongs_into_the_other_after_a_merge(&command);
        given::<Consultation>(closed()).when(command.clone()).then_something();
        given::<Consultation>(cancelled()).when(command).then_something();
    }
}
