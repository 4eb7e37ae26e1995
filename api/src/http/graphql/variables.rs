//! Variables that do not fit their declared types, as far as the document alone tells.
//!
//! The executor coerces a variable where it is used, and reports what does not fit as if the field had failed. By the
//! specification it is the request that failed, before anything ran.

use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};

use crate::http::error::{HttpError, Stage};

/// Refuses a required variable that is missing or null, and a value of the wrong built-in scalar. Other types are
/// known to the schema only and are coerced where they are used.
pub(super) fn check(operation: &OperationDefinition, variables: &Variables) -> Result<(), HttpError> {
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let (name, wanted) = (&definition.name.node, &definition.var_type.node);
        let fits = match variables.get(name) {
            Some(value) => fits(wanted, value),
            None => wanted.nullable || definition.default_value.is_some(),
        };
        if !fits {
            return Err(HttpError::at(
                Stage::Validation,
                "BAD_USER_INPUT",
                format!(
                    "the variable `${name}` is missing or does not fit; send a value of the type {wanted}"
                ),
            ));
        }
    }
    Ok(())
}

fn fits(wanted: &Type, value: &Value) -> bool {
    match (&wanted.base, value) {
        (_, Value::Null) => wanted.nullable,
        (BaseType::List(item), Value::List(items)) => items.iter().all(|value| fits(item, value)),
        // One item stands for a list of it.
        (BaseType::List(item), value) => fits(item, value),
        (BaseType::Named(name), value) => match name.as_str() {
            "Int" => is_int(value),
            "Float" => matches!(value, Value::Number(_)),
            "String" => matches!(value, Value::String(_)),
            "Boolean" => matches!(value, Value::Boolean(_)),
            "ID" => matches!(value, Value::String(_)) || is_integer(value),
            _ => true,
        },
    }
}

/// Of 32 bits, as GraphQL has it.
fn is_int(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()))
}

fn is_integer(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.is_i64() || number.is_u64())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::{Value as Json, json};

    use super::*;

    fn fits(declared: &str, sent: Json) -> bool {
        let document = parse_query(format!("query({declared}) {{ a }}")).unwrap();
        let DocumentOperations::Single(operation) = &document.operations else { panic!("one operation") };
        check(&operation.node, &Variables::from_json(sent)).is_ok()
    }

    #[test]
    fn required_variables_must_be_there() {
        assert!(!fits("$x: Int!", json!({})));
        assert!(!fits("$x: Int!", json!({ "x": null })));
        assert!(fits("$x: Int", json!({})));
        assert!(fits("$x: Int", json!({ "x": null })));
        assert!(fits("$x: Int! = 1", json!({})));
        assert!(!fits("$x: Int! = 1", json!({ "x": null })));
        assert!(fits("$x: Anything!", json!({ "x": { "y": [1] } })));
        assert!(!fits("$x: Anything!", json!({})));
    }

    #[test]
    fn built_in_scalars_are_checked_in_lists_too() {
        for (declared, right, wrong) in [
            (
                "$x: Int",
                vec![json!(1), json!(-2_147_483_648_i64)],
                vec![json!("1"), json!(1.5), json!(2_147_483_648_i64)],
            ),
            ("$x: Float", vec![json!(1), json!(1.5)], vec![json!("1"), json!(true)]),
            ("$x: String", vec![json!("x")], vec![json!(1), json!({})]),
            ("$x: Boolean", vec![json!(true)], vec![json!("true"), json!(0)]),
            ("$x: ID", vec![json!("x"), json!(7)], vec![json!(1.5), json!(true)]),
            ("$x: [Int!]", vec![json!([1, 2]), json!(1), json!(null)], vec![json!([1, null]), json!(["1"])]),
            ("$x: [[Int]]", vec![json!([[1], null])], vec![json!([["1"]])]),
        ] {
            for value in right {
                assert!(fits(declared, json!({ "x": value })), "{declared} {value}");
            }
            for value in wrong {
                assert!(!fits(declared, json!({ "x": value })), "{declared} {value}");
            }
        }
    }
}
