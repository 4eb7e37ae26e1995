//! The root field of a subscription that stands in a fragment.
//!
//! The executor looks for it among the fields of the operation itself only, and would end such a subscription without
//! a word.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};

/// The type of the root, as the schema names it. What has another condition stays, and is refused as invalid.
const ROOT: &str = "Subscription";

/// Puts the fields of root fragments into the place of those in every subscription. The guard has seen that no fragment
/// contains itself.
pub(super) fn lift(document: &mut ExecutableDocument) {
    let mut lifted = HashSet::new();
    let ExecutableDocument { operations, fragments } = document;
    for operation in operations_mut(operations) {
        if operation.node.ty != OperationType::Subscription
            || !has_fragment(&operation.node.selection_set.node)
        {
            continue;
        }
        let set = &mut operation.node.selection_set.node;
        let mut fields = Vec::new();
        for item in std::mem::take(&mut set.items) {
            flatten(item, &[], fragments, &mut lifted, &mut fields);
        }
        set.items = fields;
    }
    if !lifted.is_empty() {
        // What nothing names any longer would be refused as unused.
        let named = still_named(document);
        document.fragments.retain(|name, _| !lifted.contains(name) || named.contains(name));
    }
}

fn operations_mut(
    operations: &mut DocumentOperations,
) -> Box<dyn Iterator<Item = &mut Positioned<OperationDefinition>> + '_> {
    match operations {
        DocumentOperations::Single(operation) => Box::new(std::iter::once(operation)),
        DocumentOperations::Multiple(operations) => Box::new(operations.values_mut()),
    }
}

fn has_fragment(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| !matches!(item.node, Selection::Field(_)))
}

/// What a condition says about a fragment, it says about each of its fields.
fn flatten(
    mut item: Positioned<Selection>,
    conditions: &[Positioned<Directive>],
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    lifted: &mut HashSet<Name>,
    fields: &mut Vec<Positioned<Selection>>,
) {
    item.node.directives_mut().extend_from_slice(conditions);
    let inner = match &item.node {
        Selection::FragmentSpread(spread) => {
            let name = &spread.node.fragment_name.node;
            fragments.get(name).filter(|fragment| fragment.node.type_condition.node.on.node == ROOT).map(
                |fragment| {
                    lifted.insert(name.clone());
                    &fragment.node.selection_set.node
                },
            )
        }
        Selection::InlineFragment(fragment) => {
            let condition = fragment.node.type_condition.as_ref();
            condition
                .is_none_or(|condition| condition.node.on.node == ROOT)
                .then_some(&fragment.node.selection_set.node)
        }
        Selection::Field(_) => None,
    };
    match inner {
        None => fields.push(item),
        Some(set) => {
            for inner in &set.items {
                flatten(inner.clone(), item.node.directives(), fragments, lifted, fields);
            }
        }
    }
}

fn still_named(document: &ExecutableDocument) -> HashSet<Name> {
    let mut named = HashSet::new();
    let roots = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let mut open: Vec<&SelectionSet> = roots.collect();
    while let Some(set) = open.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => open.push(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => open.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if named.insert(name.clone()) {
                        open.extend(
                            document.fragments.get(name).map(|fragment| &fragment.node.selection_set.node),
                        );
                    }
                }
            }
        }
    }
    named
}
