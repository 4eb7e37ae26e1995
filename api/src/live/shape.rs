//! What is selected from each thing: two documents that differ only in what they ask the root field for have the
//! same shape.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Name, Positioned, Request, Variables,
    parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet},
};

use super::audience::Audience;
use crate::graphql::caller::Caller;

/// What the answer to a thing depends on, beside the thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ShapeKey {
    document: String,
    operation: Option<String>,
    /// Those that are used below the root field, as JSON. A cursor to begin after is none of them, and so a
    /// subscriber who comes back shares with those who stayed.
    variables: String,
    audience: Audience,
}

impl ShapeKey {
    pub(super) fn of(request: &Request, document: &ExecutableDocument, caller: &Caller) -> Self {
        let names = below_the_root(document);
        let used: BTreeMap<&Name, &async_graphql_value::ConstValue> =
            request.variables.iter().filter(|(name, _)| names.contains(*name)).collect();
        Self {
            document: request.query.clone(),
            operation: request.operation_name.clone(),
            variables: serde_json::to_string(&used).unwrap_or_default(),
            audience: Audience::of(caller),
        }
    }
}

/// A subscription that can be opened more than once.
pub(super) struct Recipe {
    document: ExecutableDocument,
    query: String,
    operation: Option<String>,
    variables: Variables,
}

impl Recipe {
    pub(super) fn of(request: Request, document: ExecutableDocument) -> Self {
        Self {
            document,
            query: request.query,
            operation: request.operation_name,
            variables: request.variables,
        }
    }

    pub(super) fn request(&self) -> Request {
        let mut request = Request::new(self.query.clone()).variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation);
        request.set_parsed_query(self.document.clone());
        request
    }
}

/// The variables that something other than the root fields' arguments uses.
fn below_the_root(document: &ExecutableDocument) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for (_, operation) in document.operations.iter() {
        directives(&operation.node.directives, &mut names);
        for selection in &operation.node.selection_set.node.items {
            match &selection.node {
                Selection::Field(root) => {
                    directives(&root.node.directives, &mut names);
                    selections(&root.node.selection_set.node, &mut names);
                }
                other => self::selection(other, &mut names),
            }
        }
    }
    for fragment in document.fragments.values() {
        directives(&fragment.node.directives, &mut names);
        selections(&fragment.node.selection_set.node, &mut names);
    }
    names
}

/// The guard bounds how deep documents and values nest.
fn selections(set: &SelectionSet, names: &mut BTreeSet<Name>) {
    set.items.iter().for_each(|item| selection(&item.node, names));
}

fn selection(selection: &Selection, names: &mut BTreeSet<Name>) {
    match selection {
        Selection::Field(field) => self::field(&field.node, names),
        Selection::FragmentSpread(spread) => directives(&spread.node.directives, names),
        Selection::InlineFragment(fragment) => {
            directives(&fragment.node.directives, names);
            selections(&fragment.node.selection_set.node, names);
        }
    }
}

fn field(field: &Field, names: &mut BTreeSet<Name>) {
    field.arguments.iter().for_each(|(_, value)| variables(&value.node, names));
    directives(&field.directives, names);
    selections(&field.selection_set.node, names);
}

fn directives(directives: &[Positioned<Directive>], names: &mut BTreeSet<Name>) {
    let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
    arguments.for_each(|(_, value)| variables(&value.node, names));
}

fn variables(value: &async_graphql_value::Value, names: &mut BTreeSet<Name>) {
    use async_graphql_value::Value as Written;
    match value {
        Written::Variable(name) => drop(names.insert(name.clone())),
        Written::List(items) => items.iter().for_each(|item| variables(item, names)),
        Written::Object(fields) => fields.values().for_each(|field| variables(field, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(document: &str) -> Vec<String> {
        let document = async_graphql::parser::parse_query(document).unwrap();
        below_the_root(&document).into_iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn what_is_only_asked_of_the_root_field_does_not_part_two_shapes() {
        let after = "subscription($after: String) { events(after: $after) { position } }";
        assert!(names(after).is_empty());
    }

    #[test]
    fn every_other_use_of_a_variable_does() {
        let document = "subscription($a: ID!, $b: Int, $c: Boolean!, $d: Boolean!, $e: Int, $f: Int) {
            consultationChanged(id: $a) @include(if: $d) {
                messages(first: $b) { id @skip(if: $c) }
                ...More
                ... on Consultation { calls(filter: { inner: [$f] }) { id } }
            }
        } fragment More on Consultation { ratings(first: $e) { id } }";
        assert_eq!(names(document), ["b", "c", "d", "e", "f"]);
    }
}
