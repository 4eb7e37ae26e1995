use proptest::{collection::vec, prelude::*};

use super::{state::Standing, *};
use crate::{
    consultation::{AttributeValue, Attributes, CatalogReference},
    context::{Actor, Context},
    id::{CatalogEntryId, WorkspaceId},
    testing::{Given, MONDAY_NINE, given},
};

fn reference(catalog: &str, key: &str) -> CatalogReference {
    CatalogReference { catalog: catalog.into(), key: key.into() }
}

fn attributes(pairs: &[(&str, i64)]) -> Attributes {
    pairs.iter().map(|&(key, value)| (key.to_owned(), AttributeValue::Integer(value))).collect()
}

fn define() -> DefineCatalogEntry {
    DefineCatalogEntry {
        kind: "section".into(),
        external_id: "000000017".into(),
        title: "Printing".into(),
        parent: None,
        attributes: Attributes::new(),
    }
}

fn defined() -> CatalogEntryDefined {
    CatalogEntryDefined {
        kind: "section".into(),
        external_id: "000000017".into(),
        title: "Printing".into(),
        parent: None,
        attributes: Attributes::new(),
    }
}

fn changed() -> CatalogEntryChanged {
    CatalogEntryChanged { title: "Printing".into(), parent: None, attributes: Attributes::new() }
}

fn entry() -> Given<CatalogEntry> {
    given([CatalogEvent::CatalogEntryDefined(defined())])
}

fn retired() -> Given<CatalogEntry> {
    given([
        CatalogEvent::CatalogEntryDefined(defined()),
        CatalogEvent::CatalogEntryRetired(CatalogEntryRetired {}),
    ])
}

fn put(entry: DefineCatalogEntry, active: bool) -> CatalogCommand {
    CatalogCommand::PutCatalogEntry(PutCatalogEntry { entry, active })
}

const NO_CHANGE: ChangeCatalogEntry = ChangeCatalogEntry { title: None, parent: None, attributes: None };
const RETIRE: CatalogCommand = CatalogCommand::RetireCatalogEntry(RetireCatalogEntry);
const RESTORE: CatalogCommand = CatalogCommand::RestoreCatalogEntry(RestoreCatalogEntry);

#[test]
fn an_entry_is_defined_once() {
    given::<CatalogEntry>([])
        .when(CatalogCommand::DefineCatalogEntry(DefineCatalogEntry {
            title: " Printing ".into(),
            parent: Some(reference("product", " 3 ")),
            attributes: attributes(&[("order", 4)]),
            ..define()
        }))
        .then([CatalogEvent::CatalogEntryDefined(CatalogEntryDefined {
            parent: Some(reference("product", "3")),
            attributes: attributes(&[("order", 4)]),
            ..defined()
        })])
        .when(CatalogCommand::DefineCatalogEntry(define()))
        .then_rejected("catalog_entry_already_exists");
    retired()
        .when(CatalogCommand::DefineCatalogEntry(define()))
        .then_rejected("catalog_entry_already_exists");
}

#[test]
fn a_definition_has_its_limits() {
    let refused = |command: DefineCatalogEntry, code, field| {
        given::<CatalogEntry>([])
            .when(CatalogCommand::DefineCatalogEntry(command.clone()))
            .then_rejected_at(code, field);
        given::<CatalogEntry>([]).when(put(command, true)).then_rejected_at(code, field);
    };
    refused(DefineCatalogEntry { kind: String::new(), ..define() }, "empty", "kind");
    refused(DefineCatalogEntry { kind: "a".repeat(51), ..define() }, "too_long", "kind");
    for kind in ["Section", "раздел", "1c", "-a", "a/b", "a b", "a\u{0}"] {
        let code = if kind.contains('\0') { "nul_character" } else { "malformed" };
        refused(DefineCatalogEntry { kind: kind.into(), ..define() }, code, "kind");
    }
    refused(DefineCatalogEntry { external_id: " ".into(), ..define() }, "empty", "external_id");
    refused(DefineCatalogEntry { external_id: "я".repeat(101), ..define() }, "too_long", "external_id");
    refused(DefineCatalogEntry { title: String::new(), ..define() }, "empty", "title");
    refused(DefineCatalogEntry { title: "я".repeat(501), ..define() }, "too_long", "title");
    let parent = |catalog, key| Some(reference(catalog, key));
    refused(DefineCatalogEntry { parent: parent("X", "1"), ..define() }, "malformed", "parent");
    refused(DefineCatalogEntry { parent: parent("x", ""), ..define() }, "empty", "parent");
    let itself = parent("section", "000000017");
    refused(DefineCatalogEntry { parent: itself, ..define() }, "catalog_entry_own_parent", "parent");
    let marked = attributes(&[("$personal", 1)]);
    refused(DefineCatalogEntry { attributes: marked, ..define() }, "malformed", "attributes");
}

#[test]
fn what_is_put_comes_to_be_whatever_was_there() {
    let renamed = || DefineCatalogEntry { title: "Printers".into(), ..define() };
    let named = CatalogEntryChanged { title: "Printers".into(), ..changed() };
    given::<CatalogEntry>([])
        .when(put(define(), true))
        .then([CatalogEvent::CatalogEntryDefined(defined())])
        .when(put(define(), true))
        .then_nothing()
        .when(put(renamed(), true))
        .then([CatalogEvent::CatalogEntryChanged(named.clone())])
        .when(put(renamed(), false))
        .then([CatalogEvent::CatalogEntryRetired(CatalogEntryRetired {})])
        .when(put(renamed(), false))
        .then_nothing()
        .when(put(define(), false))
        .then([CatalogEvent::CatalogEntryChanged(changed())])
        .when(put(renamed(), true))
        .then([
            CatalogEvent::CatalogEntryChanged(named),
            CatalogEvent::CatalogEntryRestored(CatalogEntryRestored {}),
        ]);
    given::<CatalogEntry>([]).when(put(define(), false)).then([
        CatalogEvent::CatalogEntryDefined(defined()),
        CatalogEvent::CatalogEntryRetired(CatalogEntryRetired {}),
    ]);
}

#[test]
fn what_is_put_does_not_change_the_identity() {
    let other = DefineCatalogEntry { external_id: "18".into(), ..define() };
    entry().when(put(other, true)).then_rejected("catalog_entry_already_exists");
}

#[test]
fn only_what_is_said_changes() {
    let change = CatalogCommand::ChangeCatalogEntry;
    let parent = || Some(reference("product", "3"));
    entry()
        .when(change(NO_CHANGE))
        .then_nothing()
        .when(change(ChangeCatalogEntry { parent: Some(parent()), ..NO_CHANGE }))
        .then([CatalogEvent::CatalogEntryChanged(CatalogEntryChanged { parent: parent(), ..changed() })])
        .when(change(ChangeCatalogEntry { attributes: Some(attributes(&[("order", 1)])), ..NO_CHANGE }))
        .then([CatalogEvent::CatalogEntryChanged(CatalogEntryChanged {
            parent: parent(),
            attributes: attributes(&[("order", 1)]),
            ..changed()
        })])
        .when(change(ChangeCatalogEntry {
            parent: Some(None),
            attributes: Some(Attributes::new()),
            ..NO_CHANGE
        }))
        .then([CatalogEvent::CatalogEntryChanged(changed())])
        .when(change(ChangeCatalogEntry { title: Some(" ".into()), ..NO_CHANGE }))
        .then_rejected_at("empty", "title")
        .when(change(ChangeCatalogEntry {
            parent: Some(Some(reference("section", "000000017"))),
            ..NO_CHANGE
        }))
        .then_rejected_at("catalog_entry_own_parent", "parent")
        .when(change(ChangeCatalogEntry { attributes: Some(attributes(&[("$", 1)])), ..NO_CHANGE }))
        .then_rejected_at("malformed", "attributes");
    given::<CatalogEntry>([]).when(change(NO_CHANGE)).then_rejected("catalog_entry_not_found");
    retired().when(change(NO_CHANGE)).then_rejected("catalog_entry_retired");
}

#[test]
fn an_entry_is_retired_and_restored() {
    entry()
        .when(RESTORE)
        .then_nothing()
        .when(RETIRE)
        .then([CatalogEvent::CatalogEntryRetired(CatalogEntryRetired {})])
        .when(RETIRE)
        .then_nothing()
        .when(RESTORE)
        .then([CatalogEvent::CatalogEntryRestored(CatalogEntryRestored {})]);
    given::<CatalogEntry>([]).when(RETIRE).then_rejected("catalog_entry_not_found");
    given::<CatalogEntry>([]).when(RESTORE).then_rejected("catalog_entry_not_found");
}

#[test]
fn an_entry_has_one_id_in_its_workspace_and_another_one_elsewhere() {
    let id = |workspace: u128, kind: &str, external_id: &str| {
        CatalogEntryId::of(WorkspaceId(uuid::Uuid::from_u128(workspace)), kind, external_id)
    };
    assert_eq!(id(1, "section", "17"), id(1, "section", "17"));
    let all =
        [id(1, "section", "17"), id(2, "section", "17"), id(1, "product", "17"), id(1, "section", "18")];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one));
    }
    // Permanent: what was once defined must be found again.
    assert_eq!(id(1, "section", "17").to_string(), PINNED);
}

/// As any other program computes it: a name-based UUID (version 5) of `catalog:section:17` in the workspace.
const PINNED: &str = "2241b87c-9a51-54be-8f58-7bd432b5d244";

fn commands() -> impl Strategy<Value = CatalogCommand> {
    let text = || prop_oneof![Just("a"), Just(" b "), Just(""), Just("\0")].prop_map(str::to_owned);
    let parent = || {
        let references = (text(), text()).prop_map(|(catalog, key)| CatalogReference { catalog, key });
        proptest::option::of(references)
    };
    let some_attributes = || prop_oneof![Just(Attributes::new()), Just(attributes(&[("order", 1)]))];
    let definition = move || {
        (text(), parent(), some_attributes()).prop_map(|(title, parent, attributes)| DefineCatalogEntry {
            title,
            parent,
            attributes,
            ..define()
        })
    };
    let change = (
        proptest::option::of(text()),
        proptest::option::of(parent()),
        proptest::option::of(some_attributes()),
    )
        .prop_map(|(title, parent, attributes)| ChangeCatalogEntry { title, parent, attributes });
    prop_oneof![
        definition().prop_map(CatalogCommand::DefineCatalogEntry),
        (definition(), any::<bool>()).prop_map(|(entry, active)| put(entry, active)),
        change.prop_map(CatalogCommand::ChangeCatalogEntry),
        Just(RETIRE),
        Just(RESTORE),
    ]
}

proptest! {
    /// Whatever is asked: a refusal changes nothing, what was done is not done twice, and the identity stays.
    #[test]
    fn a_command_that_was_carried_out_changes_nothing_the_second_time(commands in vec(commands(), 1..30)) {
        let context = Context { occurred_at: MONDAY_NINE, actor: Actor::SYSTEM };
        let mut state = CatalogEntryState::default();
        for command in commands {
            let Ok(events) = CatalogEntry::decide(&state, command.clone(), &context) else { continue };
            state = events.iter().fold(state, CatalogEntry::evolve);
            prop_assert_ne!(state.standing, Standing::Undefined);
            prop_assert_eq!((state.kind.as_str(), state.external_id.as_str()), ("section", "000000017"));
            prop_assert!(!state.title.is_empty() && state.title.trim() == state.title);
            match (CatalogEntry::decide(&state, command.clone(), &context), command) {
                (again, CatalogCommand::DefineCatalogEntry(_)) => {
                    prop_assert_eq!(again, Err(CatalogRejection::AlreadyExists));
                }
                (again, _) => prop_assert_eq!(again, Ok(vec![])),
            }
        }
    }
}
