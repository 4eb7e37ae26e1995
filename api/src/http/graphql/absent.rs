//! Variables that were declared and not sent.
//!
//! An argument whose variable was not sent counts as not given, so that its default applies; the executor would
//! take it for an explicit null. Documents that are written once for many calls rely on this.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
        VariableDefinition,
    },
};
use async_graphql_value::Value;

/// Takes the uses of such variables out of the document, and with them their declarations.
pub(super) fn leave_out(document: &mut ExecutableDocument, variables: &Variables) {
    let absent = absent(document, variables);
    if absent.is_empty() {
        return;
    }
    match &mut document.operations {
        DocumentOperations::Single(operation) => in_operation(&mut operation.node, &absent),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                in_operation(&mut operation.node, &absent);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        in_selection_set(&mut fragment.node.selection_set.node, &absent);
    }
}

/// The names that were not sent and that every operation which declares them lets be null, without a default.
fn absent(document: &ExecutableDocument, variables: &Variables) -> HashSet<Name> {
    let declared =
        || document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let name = |variable: &Positioned<VariableDefinition>| variable.node.name.node.clone();
    let may_be_absent = |variable: &Positioned<VariableDefinition>| {
        let VariableDefinition { name, var_type, default_value, .. } = &variable.node;
        var_type.node.nullable && default_value.is_none() && !variables.contains_key(&name.node)
    };
    let kept: HashSet<Name> = declared().filter(|variable| !may_be_absent(variable)).map(name).collect();
    declared().map(name).filter(|name| !kept.contains(name)).collect()
}

fn in_operation(operation: &mut OperationDefinition, absent: &HashSet<Name>) {
    operation.variable_definitions.retain(|variable| !absent.contains(&variable.node.name.node));
    in_directives(&mut operation.directives, absent);
    in_selection_set(&mut operation.selection_set.node, absent);
}

/// The guard has bounded how deep this goes.
fn in_selection_set(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for item in &mut set.items {
        in_directives(item.node.directives_mut(), absent);
        match &mut item.node {
            Selection::Field(field) => {
                in_arguments(&mut field.node.arguments, absent);
                in_selection_set(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(fragment) => {
                in_selection_set(&mut fragment.node.selection_set.node, absent);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn in_directives(directives: &mut [Positioned<Directive>], absent: &HashSet<Name>) {
    for directive in directives {
        in_arguments(&mut directive.node.arguments, absent);
    }
}

fn in_arguments(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, absent: &HashSet<Name>) {
    arguments.retain_mut(|(_, value)| is_given(&mut value.node, absent));
}

/// Whether the value stays. In a list, which keeps its length, an absent variable is null.
fn is_given(value: &mut Value, absent: &HashSet<Name>) -> bool {
    match value {
        Value::Variable(name) => return !absent.contains(name),
        Value::List(items) => {
            for item in items {
                if !is_given(item, absent) {
                    *item = Value::Null;
                }
            }
        }
        Value::Object(fields) => fields.retain(|_, value| is_given(value, absent)),
        _ => {}
    }
    true
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, InputObject, Object, Request, Schema, parser};
    use serde_json::json;

    use super::*;

    #[derive(InputObject)]
    struct Filter {
        #[graphql(default = 7)]
        number: i32,
    }

    struct Query;

    #[Object]
    impl Query {
        async fn first(&self, #[graphql(default = 20)] first: i32) -> i32 {
            first
        }

        async fn number(&self, filter: Filter) -> i32 {
            filter.number
        }

        async fn count(&self, numbers: Vec<Option<i32>>) -> usize {
            numbers.len()
        }
    }

    async fn answer(query: &str, variables: serde_json::Value) -> String {
        let variables = Variables::from_json(variables);
        let mut document = parser::parse_query(query).unwrap();
        leave_out(&mut document, &variables);
        let mut request = Request::new(query).variables(variables);
        request.set_parsed_query(document);
        let response = Schema::new(Query, EmptyMutation, EmptySubscription).execute(request).await;
        assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
        response.data.to_string()
    }

    #[tokio::test]
    async fn defaults_apply_where_a_variable_was_not_sent() {
        let query = "query($n: Int) { first(first: $n) }";
        assert_eq!(answer(query, json!({})).await, "{first: 20}");
        assert_eq!(answer(query, json!({ "n": 3 })).await, "{first: 3}");
        let nested = "query($n: Int) { ...F } fragment F on Query { number(filter: { number: $n }) }";
        assert_eq!(answer(nested, json!({})).await, "{number: 7}");
        assert_eq!(answer("query($n: Int) { count(numbers: [1, $n]) }", json!({})).await, "{count: 2}");
        assert_eq!(answer("query($n: Int = 5) { first(first: $n) }", json!({})).await, "{first: 5}");
    }
}
