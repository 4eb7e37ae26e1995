//! How much a parsed document asks for once its fragments are expanded. Each fragment is weighed once, so the
//! work is linear in the document however large the expansion is.

use std::{
    collections::{HashMap, HashSet},
    ptr,
};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use super::{Limits, Refusal, within};

/// The largest page that any connection gives; larger ones are refused when they are resolved.
const MAX_PAGE: u64 = 100;
/// The page that a connection gives if nobody says how many.
const DEFAULT_PAGE: u64 = 20;

/// Sums saturate: an expansion beyond `u64` is as good as any over the limit.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    /// Fields of the selection itself, not below it.
    roots: u64,
    /// Every selection: a spread counts too, or empty fragments could double without a limit.
    selections: u64,
    aliases: u64,
    directives: u64,
    cost: u64,
    depth: u64,
    nesting: u64,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.roots = self.roots.saturating_add(other.roots);
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.cost = self.cost.saturating_add(other.cost);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
    }
}

/// What the operation that will run asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// Fields that can be answered, pages included.
    pub(crate) cost: u64,
    /// Fields of the operation itself.
    pub(crate) root_fields: u64,
}

/// Refuses a document that asks for more than the limits or whose fragments contain themselves. Answers for
/// the operation that will run, which is one of the document's.
pub(crate) fn weigh(
    document: &ExecutableDocument,
    chosen: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> Result<Weighed, Refusal> {
    let mut weighed = Weighed::default();
    for value in variables.values() {
        within(super::VALUES, depth(value), limits.values)?;
    }
    let mut scale = Scale {
        document,
        variables,
        limits,
        weighed: HashMap::new(),
        on_the_way: HashSet::new(),
        misplaced: None,
    };
    for (_, operation) in document.operations.iter() {
        let weight = scale.selection_set(&operation.node.selection_set.node, 1)?;
        let own = scale.directives(&operation.node.directives);
        within("fields and fragment spreads", weight.selections, limits.selections)?;
        within("root fields", weight.roots, limits.root_fields)?;
        within("aliases", weight.aliases, limits.aliases)?;
        within("directives", weight.directives.saturating_add(own), limits.directives)?;
        within("levels of fields", weight.depth, limits.depth)?;
        within("nested selections", weight.nesting, limits.nesting)?;
        within("fields to answer, pages included,", weight.cost, limits.cost)?;
        if ptr::eq(&raw const operation.node, chosen) {
            weighed = Weighed { cost: weight.cost, root_fields: weight.roots };
        }
    }
    // Fragments that nobody spreads are validated too.
    for name in document.fragments.keys() {
        scale.fragment(name, 1)?;
    }
    scale.misplaced.map_or(Ok(weighed), Err)
}

/// Lists and objects within each other. The reader of JSON lets no more than 128 through.
fn depth(value: &Value) -> u64 {
    match value {
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

struct Scale<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    limits: &'a Limits,
    weighed: HashMap<&'a Name, Weight>,
    on_the_way: HashSet<&'a Name>,
    /// The first directive that may not stand where it stands; told only if nothing is too much.
    misplaced: Option<Refusal>,
}

impl<'a> Scale<'a> {
    /// `nesting` is how deep this call stands; it bounds the recursion here and in the validator.
    fn selection_set(&mut self, set: &'a SelectionSet, nesting: u64) -> Result<Weight, Refusal> {
        within("nested selections", nesting, self.limits.nesting)?;
        let mut sum = Weight::default();
        for item in &set.items {
            let weight = match &item.node {
                Selection::Field(field) => self.field(&field.node, nesting)?,
                Selection::InlineFragment(fragment) => {
                    self.selection_set(&fragment.node.selection_set.node, nesting + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, nesting + 1)?
                }
            };
            sum.add(weight);
            sum.selections = sum.selections.saturating_add(1);
            sum.directives = sum.directives.saturating_add(self.directives(item.node.directives()));
        }
        sum.nesting = sum.nesting.saturating_add(1);
        Ok(sum)
    }

    /// How many there are. The validator lets those of `__typename` pass unseen, and repeated ones everywhere.
    fn directives(&mut self, directives: &[Positioned<Directive>]) -> u64 {
        for (index, directive) in directives.iter().enumerate() {
            let name = &directive.node.name.node;
            let known = matches!(name.as_str(), "skip" | "include");
            let repeated = || directives[..index].iter().any(|earlier| earlier.node.name.node == *name);
            if self.misplaced.is_none() && (!known || repeated()) {
                self.misplaced = Some(Refusal::Directive(name.chars().take(64).collect()));
            }
        }
        directives.len() as u64
    }

    fn field(&mut self, field: &'a Field, nesting: u64) -> Result<Weight, Refusal> {
        if !self.limits.introspection && matches!(field.name.node.as_str(), "__schema" | "__type") {
            return Err(Refusal::Introspection);
        }
        let below = if field.selection_set.node.items.is_empty() {
            Weight::default()
        } else {
            self.selection_set(&field.selection_set.node, nesting + 1)?
        };
        Ok(Weight {
            roots: 1,
            selections: below.selections,
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            directives: below.directives,
            cost: below.cost.saturating_mul(self.page(field)).saturating_add(1),
            depth: below.depth.saturating_add(1),
            nesting: below.nesting,
        })
    }

    fn fragment(&mut self, name: &'a Name, nesting: u64) -> Result<Weight, Refusal> {
        if let Some(weight) = self.weighed.get(name) {
            return Ok(*weight);
        }
        // An unknown fragment weighs nothing; the validator names it.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Weight::default()) };
        if !self.on_the_way.insert(name) {
            return Err(Refusal::FragmentCycle(name.to_string()));
        }
        let mut weight = self.selection_set(&fragment.node.selection_set.node, nesting)?;
        weight.directives = weight.directives.saturating_add(self.directives(&fragment.node.directives));
        self.on_the_way.remove(name);
        self.weighed.insert(name, weight);
        Ok(weight)
    }

    /// How often the selection of this field can be answered.
    fn page(&self, field: &Field) -> u64 {
        let asked = ["first", "last"].iter().filter_map(|name| field.get_argument(name)).next_back();
        let Some(asked) = asked else {
            return if is_connection(field) { DEFAULT_PAGE } else { 1 };
        };
        match asked.node.clone().into_const_with(|name| self.variables.get(&name).cloned().ok_or(())) {
            Ok(Value::Number(number)) => number.as_u64().unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE),
            _ => MAX_PAGE,
        }
    }
}

fn is_connection(field: &Field) -> bool {
    field.selection_set.node.items.iter().any(|item| match &item.node {
        Selection::Field(field) => matches!(field.node.name.node.as_str(), "nodes" | "edges"),
        _ => false,
    })
}
