//! Documents for every operation of the schema, written from its introspection: an operation that is added is tried
//! without anybody thinking of it.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

const INTROSPECTION: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name }
    types { kind name enumValues { name } possibleTypes { name } inputFields { name defaultValue type { ...T } }
        fields { name args { name defaultValue type { ...T } } type { ...T } } } } }
    fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
        ofType { kind name ofType { kind name } } } } } }";

/// How deep an answer is asked for.
const DEPTH: usize = 3;

/// How deep objects are given within objects: as far as a test of a condition of a condition.
const INPUT_DEPTH: usize = 4;

/// The schema as introspection shows it.
pub(crate) struct Schema {
    types: HashMap<String, Value>,
    roots: [(&'static str, String); 3],
}

/// A field of a root.
pub(crate) struct Operation {
    /// `query`, `mutation` or `subscription`.
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    field: Value,
}

/// What stands for a value: the names that lead to it, and its type. Nothing: one is made up.
pub(crate) type Fill<'a> = dyn Fn(&str, &str) -> Option<String> + 'a;

impl Schema {
    pub(crate) async fn read(office: &crate::office::Office) -> Self {
        let caller = office.caller(ledgerdesk_api::graphql::caller::Role::Owner).await;
        let shown = office.ask(&caller, INTROSPECTION).await["__schema"].take();
        let root = |field: &str| shown[field]["name"].as_str().unwrap().to_owned();
        let roots = [
            ("query", root("queryType")),
            ("mutation", root("mutationType")),
            ("subscription", root("subscriptionType")),
        ];
        let types = shown["types"].as_array().unwrap().iter();
        Self { types: types.map(|of| (of["name"].as_str().unwrap().to_owned(), of.clone())).collect(), roots }
    }

    /// Every operation.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let of_root = |(kind, root): &(&'static str, String)| {
            let fields = self.types[root]["fields"].as_array().unwrap().clone();
            let kind = *kind;
            fields.into_iter().map(move |field| {
                let name = field["name"].as_str().unwrap().to_owned();
                Operation { kind, name, field }
            })
        };
        self.roots.iter().flat_map(of_root).collect()
    }

    /// The shortest document: what is required, and next to nothing of the answer.
    pub(crate) fn short(&self, operation: &Operation) -> String {
        let arguments = self.arguments(&operation.field, &|_, _| None, false);
        let answer = if is_leaf(&operation.field["type"]) { "" } else { "{ __typename }" };
        format!("{} {{ {}{arguments} {answer} }}", operation.kind, operation.name)
    }

    /// A document with the given values wherever they fit, that asks for as much as it can.
    pub(crate) fn long(&self, operation: &Operation, fill: &Fill<'_>) -> String {
        let arguments = self.arguments(&operation.field, fill, true);
        let answer = self.selection(&operation.field["type"], DEPTH);
        format!("{} {{ {}{arguments} {answer} }}", operation.kind, operation.name)
    }

    /// A document for every leaf of every type that queries lead to, which asks for that leaf alone: `Type.field` and
    /// the document, on the shortest way on which `finds` says that a document's answer has something of that type.
    pub(crate) async fn leaves(
        &self,
        fill: &Fill<'_>,
        finds: impl AsyncFn(&str, &str) -> bool,
    ) -> Vec<(String, String)> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let queries = self.operations().into_iter().filter(|operation| operation.kind == "query");
        let mut ways: VecDeque<(String, Way)> = queries
            .map(|operation| {
                let arguments = self.arguments(&operation.field, fill, false);
                let way = Way { before: format!("{{ {}{arguments} ", operation.name), braces: 1 };
                (named(&operation.field["type"]).to_owned(), way)
            })
            .collect();
        while let Some((name, way)) = ways.pop_front() {
            let of = &self.types[&name];
            if of["kind"] != "OBJECT" {
                for member in of["possibleTypes"].as_array().into_iter().flatten() {
                    let member = member["name"].as_str().unwrap();
                    ways.push_back((member.to_owned(), way.below(&format!("... on {member}"))));
                }
            }
            let is_new = of["kind"] == "OBJECT" && !seen.contains(&name);
            if !is_new || !finds(&way.to("__typename"), &name).await {
                continue;
            }
            seen.insert(name.clone());
            for field in of["fields"].as_array().into_iter().flatten() {
                let asked =
                    format!("{}{}", field["name"].as_str().unwrap(), self.arguments(field, fill, false));
                if is_leaf(&field["type"]) {
                    found.push((format!("{name}.{}", field["name"].as_str().unwrap()), way.to(&asked)));
                } else {
                    ways.push_back((named(&field["type"]).to_owned(), way.below(&asked)));
                }
            }
        }
        found
    }

    fn arguments(&self, field: &Value, fill: &Fill<'_>, all: bool) -> String {
        let given: Vec<String> = field["args"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|argument| self.given(argument, "", fill, all))
            .collect();
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    /// `name: value`, if it is required or there is something to fill in.
    fn given(&self, input: &Value, path: &str, fill: &Fill<'_>, all: bool) -> Option<String> {
        let name = input["name"].as_str().unwrap();
        let path = format!("{path}.{name}");
        let required = input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null();
        let filled = all.then(|| self.filled(&input["type"], &path, fill)).flatten();
        let value = match filled {
            Some(value) => value,
            None if required => self.value(&input["type"], &path, fill, all),
            None => return None,
        };
        Some(format!("{name}: {value}"))
    }

    /// The value that is to be filled in, if there is one somewhere in this type.
    fn filled(&self, of: &Value, path: &str, fill: &Fill<'_>) -> Option<String> {
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.filled(&of["ofType"], path, fill),
            "LIST" => self.filled(&of["ofType"], path, fill).map(|value| format!("[{value}]")),
            // Conditions hold conditions.
            "INPUT_OBJECT" if path.matches('.').count() > INPUT_DEPTH => None,
            "INPUT_OBJECT" => {
                let fields = self.types[of["name"].as_str().unwrap()]["inputFields"].as_array().unwrap();
                let any = fields.iter().any(|field| {
                    let path = format!("{path}.{}", field["name"].as_str().unwrap());
                    self.filled(&field["type"], &path, fill).is_some()
                });
                any.then(|| self.value(of, path, fill, true))
            }
            _ => fill(path, of["name"].as_str().unwrap()),
        }
    }

    /// A value of the type.
    fn value(&self, of: &Value, path: &str, fill: &Fill<'_>, all: bool) -> String {
        let name = of["name"].as_str().unwrap_or_default();
        match of["kind"].as_str().unwrap() {
            "NON_NULL" => self.value(&of["ofType"], path, fill, all),
            "LIST" => format!("[{}]", self.value(&of["ofType"], path, fill, all)),
            "ENUM" => self.types[name]["enumValues"][0]["name"].as_str().unwrap().to_owned(),
            "INPUT_OBJECT" => {
                let fields = self.types[name]["inputFields"].as_array().unwrap();
                let mut given: Vec<String> =
                    fields.iter().filter_map(|field| self.given(field, path, fill, all)).collect();
                // Of an object without required fields (`@oneOf`), one.
                if given.is_empty() {
                    let first = &fields[0];
                    let value = self.value(&first["type"], path, fill, false);
                    given.push(format!("{}: {value}", first["name"].as_str().unwrap()));
                }
                format!("{{ {} }}", given.join(", "))
            }
            _ => fill(path, name).unwrap_or_else(|| made_up(name)),
        }
    }

    fn selection(&self, of: &Value, depth: usize) -> String {
        let name = match of["kind"].as_str().unwrap() {
            "NON_NULL" | "LIST" => return self.selection(&of["ofType"], depth),
            "SCALAR" | "ENUM" => return String::new(),
            _ => of["name"].as_str().unwrap(),
        };
        let mut parts = vec!["__typename".to_owned()];
        let of = &self.types[name];
        for field in of["fields"].as_array().into_iter().flatten() {
            let required = |argument: &Value| {
                argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null()
            };
            if field["args"].as_array().unwrap().iter().any(required) {
                continue;
            }
            let field_name = field["name"].as_str().unwrap();
            if is_leaf(&field["type"]) {
                parts.push(field_name.to_owned());
            } else if depth > 0 {
                parts.push(format!("{field_name} {}", self.selection(&field["type"], depth - 1)));
            }
        }
        if of["kind"] != "OBJECT" {
            for member in of["possibleTypes"].as_array().into_iter().flatten() {
                let member = member["name"].as_str().unwrap();
                let fields = self.types[member]["fields"].as_array().unwrap().iter();
                // Fields of different members may have the same name and not the same type: each gets its own.
                let leaves = fields
                    .filter(|field| is_leaf(&field["type"]) && field["args"].as_array().unwrap().is_empty());
                let leaves: Vec<String> = leaves
                    .map(|field| field["name"].as_str().unwrap())
                    .map(|field| format!("{member}_{field}: {field}"))
                    .collect();
                parts.push(format!("... on {member} {{ {} }}", leaves.join(" ")));
            }
        }
        format!("{{ {} }}", parts.join(" "))
    }
}

/// A way into an answer.
struct Way {
    before: String,
    braces: usize,
}

impl Way {
    fn below(&self, part: &str) -> Self {
        Self { before: format!("{}{{ {part} ", self.before), braces: self.braces + 1 }
    }

    fn to(&self, leaf: &str) -> String {
        format!("{}{{ {leaf} }}{}", self.before, " }".repeat(self.braces))
    }
}

/// The name of a type, whatever wraps it.
fn named(of: &Value) -> &str {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" | "LIST" => named(&of["ofType"]),
        _ => of["name"].as_str().unwrap(),
    }
}

fn made_up(scalar: &str) -> String {
    match scalar {
        "Int" | "Float" => "1".to_owned(),
        "Boolean" => "true".to_owned(),
        "DateTime" => "\"2026-01-01T00:00:00Z\"".to_owned(),
        "NaiveDate" => "\"2026-01-01\"".to_owned(),
        "Position" => "\"1\"".to_owned(),
        "ID" => "\"Y28AAAAAAAAAAAAAAAAAAAAA\"".to_owned(),
        "UUID" => "\"00000000-0000-0000-0000-000000000001\"".to_owned(),
        _ => "\"made up\"".to_owned(),
    }
}

/// Whether nothing is selected below it.
fn is_leaf(of: &Value) -> bool {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" | "LIST" => is_leaf(&of["ofType"]),
        kind => kind == "SCALAR" || kind == "ENUM",
    }
}
