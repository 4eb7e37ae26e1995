use std::fmt::Write as _;

use async_graphql::{Variables, parser::types::DocumentOperations};
use serde_json::json;

use super::{Limits, Refusal, Weighed, parse, weigh};

/// Weighs the first operation.
fn check(query: &str, variables: &Variables, limits: &Limits) -> Result<Weighed, Refusal> {
    let (document, _) = parse(query, limits)?;
    let first = match &document.operations {
        DocumentOperations::Single(operation) => operation,
        DocumentOperations::Multiple(operations) => operations.values().next().expect("an operation"),
    };
    weigh(&document, &first.node, variables, limits)
}

fn refused(query: &str) -> Refusal {
    check(query, &Variables::default(), &Limits::default()).expect_err("refused")
}

fn accepted(query: &str) {
    if let Err(refusal) = check(query, &Variables::default(), &Limits::default()) {
        panic!("{refusal}");
    }
}

#[track_caller]
fn too_complex(query: &str, expected: &str) {
    match refused(query) {
        Refusal::TooComplex { what, .. } => assert_eq!(what, expected),
        other => panic!("{other}"),
    }
}

fn doubling(times: usize, last: &str) -> String {
    let mut query = "{ ...F0 }".to_owned();
    for number in 0..times {
        let next = number + 1;
        write!(query, " fragment F{number} on Query {{ ...F{next} ...F{next} }}").expect("a string takes it");
    }
    write!(query, " fragment F{times} on Query {{ {last} }}").expect("a string takes it");
    query
}

#[test]
fn deep_list_literals_never_reach_the_parser() {
    for depth in [70, 1_554, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        too_complex(&format!("{{ a(x: {open}{close}) }}"), "lists and objects within a value");
    }
}

#[test]
fn deep_object_literals_never_reach_the_parser() {
    for depth in [70, 1_222, 50_000] {
        let (open, close) = ("{a:".repeat(depth), "}".repeat(depth));
        too_complex(&format!("{{ a(x: {open}1{close}) }}"), "lists and objects within a value");
    }
}

#[test]
fn values_are_less_deep_than_selections() {
    let value = |depth: usize| format!("{}1{}", "{a: [".repeat(depth / 2), "]}".repeat(depth / 2));
    accepted(&format!("{{ a(x: {}) }}", value(24)));
    too_complex(&format!("{{ a(x: {}) }}", value(26)), "lists and objects within a value");
    too_complex(&format!("query($x: Y = {}) {{ a }}", value(26)), "lists and objects within a value");
    accepted(&format!("{{ a(x: {}) {{ b(y: {}) }} }}", value(16), value(16)));
}

#[test]
fn values_of_variables_are_as_deep_as_those_of_documents() {
    let value = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!({ "a": inner }));
    let weigh = |depth: usize| {
        let variables = Variables::from_json(json!({ "x": value(depth) }));
        check("query($x: Y) { a(x: $x) }", &variables, &Limits::default())
    };
    weigh(24).expect("accepted");
    assert!(matches!(weigh(25), Err(Refusal::TooComplex { found: 25, .. })));
}

#[test]
fn deep_variable_types_and_deep_selections_never_reach_the_parser() {
    let (open, close) = ("[".repeat(2_000), "]".repeat(2_000));
    too_complex(&format!("query($x: {open}Int{close}) {{ a }}"), "lists and objects within a value");
    too_complex(&format!("{}{}", "{a".repeat(2_000), "}".repeat(2_000)), "nested brackets");
}

#[test]
fn fragments_that_double_are_refused_by_count_not_by_expansion() {
    for times in [11, 20, 24, 90] {
        let levels = if times > 62 { "nested selections" } else { "fields and fragment spreads" };
        too_complex(&doubling(times, "a"), levels);
    }
}

#[test]
fn fragments_that_double_without_any_field_are_refused_too() {
    too_complex(&doubling(24, "...Unknown"), "fields and fragment spreads");
}

#[test]
fn fifty_thousand_aliases_are_refused_before_parsing_and_sixty_after() {
    let many = |count: usize| {
        let fields = (0..count).fold(String::new(), |mut fields, number| {
            write!(fields, " a{number}: b").expect("a string takes it");
            fields
        });
        format!("{{ x {{ {fields} }} }}")
    };
    too_complex(&many(50_000), "tokens");
    too_complex(&many(60), "aliases");
    accepted(&many(50));
}

#[test]
fn a_long_chain_of_fragments_is_refused_without_deep_recursion() {
    let chain = |length: usize| {
        let mut query = "{ ...F0 }".to_owned();
        for number in 0..length {
            write!(query, " fragment F{number} on Q {{ ...F{} }}", number + 1).expect("a string takes it");
        }
        format!("{query} fragment F{length} on Q {{ a }}")
    };
    too_complex(&chain(98), "nested selections");
    too_complex(&chain(400), "fragments");
    accepted(&chain(30));
}

#[test]
fn a_fragment_that_contains_itself_is_named() {
    let own = "{ a } fragment A on Q { a ...B } fragment B on Q { x { ...A } }";
    assert!(matches!(refused(own), Refusal::FragmentCycle(_)));
    assert!(
        matches!(refused("{ ...A } fragment A on Q { ...A }"), Refusal::FragmentCycle(name) if name == "A")
    );
}

#[test]
fn operations_root_fields_depth_and_directives_have_limits() {
    too_complex(&"query Q { a } ".repeat(11), "operations");
    too_complex(&"{ a } ".repeat(11), "operations");
    let roots = (0..21).fold(String::new(), |roots, number| format!("{roots} a{number}"));
    too_complex(&format!("{{ {roots} }}"), "root fields");
    too_complex(&format!("{} a {}", "{a".repeat(17), "}".repeat(17)), "levels of fields");
    too_complex(&format!("{{ a {} }}", "@skip(if: false)".repeat(51)), "directives");
}

#[test]
fn variables_with_object_defaults_are_one_operation() {
    let query = "query Q($x: X = {a: 1}) { a } fragment F on Q { a }";
    let limits = Limits { operations: 1, fragments: 1, ..Limits::default() };
    check(query, &Variables::default(), &limits).expect("one operation and one fragment");
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "[".repeat(200);
    accepted(&format!("{{ a(x: \"{brackets} \\\" {brackets}\") }}"));
    accepted(&format!("{{ a(x: \"\"\"{brackets} \\\"\"\" \" {brackets}\"\"\") }}"));
    accepted(&format!("{{ # {brackets}\r a }}"));
}

#[test]
fn brackets_after_a_string_or_comment_do_count() {
    let brackets = "[".repeat(200);
    too_complex(&format!("{{ a(x: \"\\\\\" y: {brackets}"), "lists and objects within a value");
    too_complex(&format!("{{ a(x: \"\" y: {brackets}"), "lists and objects within a value");
    too_complex(&format!("{{ #\r a(x: {brackets}"), "lists and objects within a value");
}

#[test]
fn what_is_no_graphql_is_told_without_an_echo() {
    let secret = "S".repeat(4_000);
    for query in [
        String::new(),
        "{".to_owned(),
        "}".to_owned(),
        "{ a(x: \"".to_owned(),
        "{ a(x: \"\"\"".to_owned(),
        "\u{0}".to_owned(),
        format!("{{ a }} {secret}"),
        format!("{{ a(x: \"{secret}\n\") }}"),
        "query A { a } query A { b }".to_owned(),
        "{ a } query A { b }".to_owned(),
        "type A { a: Int }".to_owned(),
    ] {
        let refusal = refused(&query);
        assert_eq!(refusal.code(), "GRAPHQL_PARSE_FAILED", "{query:.40}: {refusal}");
        assert!(refusal.to_string().len() < 200, "{refusal}");
    }
}

#[test]
fn pages_multiply_what_lies_below_them() {
    let nested = |first: &str| {
        format!(
            "{{ a(first: {first}) {{ nodes {{ b(first: {first}) {{ nodes {{ c(first: 100) {{ nodes {{ d }} }} }} }} }} }} }}"
        )
    };
    accepted(&nested("10"));
    too_complex(&nested("50"), "fields to answer, pages included,");
    too_complex(&nested("2147483647"), "fields to answer, pages included,");
    too_complex(&nested("-1"), "fields to answer, pages included,");
    too_complex(&nested("$unknown"), "fields to answer, pages included,");
    let query = format!("query($n: Int!) {}", nested("$n"));
    let variables = |n: i64| Variables::from_json(json!({ "n": n }));
    assert!(check(&query, &variables(10), &Limits::default()).is_ok());
    assert!(check(&query, &variables(60), &Limits::default()).is_err());
}

#[test]
fn the_introspection_query_of_graphiql_passes() {
    accepted(include_str!("introspection.graphql"));
}

#[test]
fn the_cost_is_that_of_the_operation_that_runs() {
    let query = "query Small { a } query Large { a(first: 100) { nodes { b c } } }";
    let (document, _) = parse(query, &Limits::default()).expect("a document");
    let DocumentOperations::Multiple(operations) = &document.operations else { panic!("two operations") };
    let weighed = |name: &str| {
        weigh(&document, &operations[name].node, &Variables::default(), &Limits::default()).expect("a weight")
    };
    assert_eq!(weighed("Small"), Weighed { cost: 1, root_fields: 1 });
    assert_eq!(weighed("Large"), Weighed { cost: 301, root_fields: 1 });
}

#[test]
fn where_introspection_is_off_only_typename_is_answered() {
    let limits = Limits { introspection: false, ..Limits::default() };
    let outcome = |query: &str| check(query, &Variables::default(), &limits).map(drop);
    for query in [
        "{ __schema { types { name } } }",
        "{ x: __type(name: \"Query\") { name } }",
        "{ ... on Query { ...F } } fragment F on Query { __schema { types { name } } }",
        "query A { a } query B { __schema { types { name } } }",
        include_str!("introspection.graphql"),
    ] {
        let refusal = outcome(query).expect_err(query);
        assert_eq!(refusal, Refusal::Introspection, "{query}");
    }
    assert_eq!(outcome("{ __typename a { __typename } }"), Ok(()));
}

#[test]
fn directives_exist_and_stand_once_at_a_place() {
    accepted("query($x: Boolean!) { a @skip(if: $x) @include(if: $x) b @skip(if: $x) }");
    for query in [
        "{ __typename @no }",
        "{ a @skip(if: true) @skip(if: true) }",
        "query @no { a }",
        "{ ...F @no } fragment F on Query { a }",
        "{ ...F } fragment F on Query @no { a }",
        "{ ... on Query @no { a } }",
    ] {
        assert!(matches!(refused(query), Refusal::Directive(_)), "{query}");
    }
}
