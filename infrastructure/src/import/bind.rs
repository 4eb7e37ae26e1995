//! A mapping applied to a source: which text each row has in which role.

use std::{collections::HashMap, sync::Arc};

use super::{
    ImportError, Mapping,
    mapping::{Field, Part, Template, TextRule},
    source::{Column, ColumnBuilder, Table},
};

/// The rows of a source in the roles that the mapping gives their columns.
#[derive(Debug)]
pub(super) struct Rows {
    /// How many.
    pub(super) count: u32,
    /// By the number of the field.
    fields: [Option<Arc<Column>>; Field::KEYS.len()],
    /// The custom attributes by key.
    pub(super) attributes: Vec<(String, Arc<Column>)>,
    /// The catalog references by catalog.
    pub(super) catalog: Vec<(String, Arc<Column>)>,
    /// The column of each change rule.
    pub(super) changes: Vec<Arc<Column>>,
}

impl Rows {
    /// Binds a mapping to a table, or names every column that is missing.
    pub(super) fn bind(mapping: &Mapping, table: Table) -> Result<Self, ImportError> {
        let Table { rows, columns, available } = table;
        let columns: HashMap<String, Arc<Column>> =
            columns.into_iter().map(|column| (column.name.clone(), Arc::new(column))).collect();
        let mut missing = Vec::new();
        let mut bind = |key: String, rule: &TextRule| {
            let bound = rule.alternatives.iter().find_map(|template| compose(template, &columns, rows));
            if bound.is_none() {
                missing.extend(absent(rule, &columns).map(|column| (key.clone(), column.to_owned())));
            }
            bound
        };

        let fields = Field::KEYS.map(|(field, key)| {
            mapping.columns.get(&field).and_then(|rule| bind(format!("columns.{key}"), rule))
        });
        let attributes = named("attributes", &mapping.attributes, &mut bind);
        let catalog = named("catalog", &mapping.catalog, &mut bind);
        let changes = mapping
            .changes
            .iter()
            .enumerate()
            .filter_map(|(index, change)| bind(format!("changes[{}].column", index + 1), &change.column))
            .collect();
        if !missing.is_empty() {
            return Err(ImportError::MissingColumn { missing, available });
        }
        Ok(Self { count: rows, fields, attributes, catalog, changes })
    }

    /// The column in this role, if the mapping names one.
    pub(super) fn column(&self, field: Field) -> Option<&Column> {
        self.fields.get(field as usize)?.as_deref()
    }

    /// What a row says in a role, counted from 0.
    pub(super) fn text(&self, field: Field, row: u32) -> Option<&str> {
        self.column(field)?.text(row)
    }

    /// Everything that a row says, in a fixed order: role, then text.
    pub(super) fn cells(&self, row: u32) -> impl Iterator<Item = (&str, &str)> {
        let fields = Field::KEYS.iter().filter_map(|(field, key)| Some((*key, self.column(*field)?)));
        let named = self.attributes.iter().chain(&self.catalog);
        let named = named.map(|(key, column)| (key.as_str(), column.as_ref()));
        let changes = self.changes.iter().map(|column| ("change", column.as_ref()));
        fields
            .chain(named)
            .chain(changes)
            .filter_map(move |(key, column)| column.text(row).map(|text| (key, text)))
    }
}

fn named(
    section: &str,
    rules: &[(String, TextRule)],
    bind: &mut impl FnMut(String, &TextRule) -> Option<Arc<Column>>,
) -> Vec<(String, Arc<Column>)> {
    let bound =
        |(key, rule): &(String, TextRule)| Some((key.clone(), bind(format!("{section}.{key}"), rule)?));
    rules.iter().filter_map(bound).collect()
}

/// The columns that the first alternative lacks: what an author is most likely to have misspelt.
fn absent<'a>(
    rule: &'a TextRule,
    columns: &'a HashMap<String, Arc<Column>>,
) -> impl Iterator<Item = &'a str> {
    rule.alternatives
        .first()
        .into_iter()
        .flat_map(Template::columns)
        .filter(|column| !columns.contains_key(*column))
}

/// The column that a template makes, if all that it names are there.
fn compose(template: &Template, columns: &HashMap<String, Arc<Column>>, rows: u32) -> Option<Arc<Column>> {
    if let [Part::Column(name)] = template.parts.as_slice() {
        return columns.get(name).cloned();
    }
    let sources: Vec<&Column> =
        template.columns().map(|name| columns.get(name).map(AsRef::as_ref)).collect::<Option<_>>()?;
    let mut composed = ColumnBuilder::new("");
    // Few combinations occur, so each is put together once.
    let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
    let mut key = Vec::with_capacity(sources.len());
    let mut text = String::new();
    for row in 0..rows {
        key.clear();
        key.extend(sources.iter().map(|column| column.symbol(row)));
        let symbol = if let Some(symbol) = known.get(&key) {
            *symbol
        } else {
            render(template, &sources, &key, &mut text);
            let symbol = composed.intern(&text);
            known.insert(key.clone(), symbol);
            symbol
        };
        composed.push(symbol);
    }
    Some(Arc::new(composed.finish()))
}

/// Fills a template in. Without its first column it says nothing; others that are missing read `-`.
fn render(template: &Template, sources: &[&Column], symbols: &[u32], text: &mut String) {
    text.clear();
    let mut cells = sources.iter().zip(symbols).map(|(column, symbol)| column.text_of(*symbol));
    let mut first = true;
    for part in &template.parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Column(_) => {
                let cell = cells.next().flatten();
                if first && cell.is_none() {
                    return text.clear();
                }
                first = false;
                text.push_str(cell.unwrap_or("-"));
            }
        }
    }
}
