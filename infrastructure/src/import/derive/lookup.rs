//! What depends on a text alone, worked out once for each text of a column.

use std::collections::BTreeMap;

use crate::import::{
    bind::Rows,
    mapping::Field,
    source::{Column, MISSING},
};

/// The meaning of each text of a column, where it has one.
#[derive(Debug)]
pub(super) struct Lookup<'a, T> {
    column: Option<&'a Column>,
    meanings: Vec<Option<T>>,
}

impl<'a, T> Lookup<'a, T> {
    /// The meanings of a field's texts. Nothing means anything if the mapping does not name a column.
    pub(super) fn new(rows: &'a Rows, field: Field, meaning: impl FnMut(&str) -> Option<T>) -> Self {
        match rows.column(field) {
            Some(column) => Self::of(column, meaning),
            None => Self { column: None, meanings: Vec::new() },
        }
    }

    /// The meanings of a column's texts.
    pub(super) fn of(column: &'a Column, mut meaning: impl FnMut(&str) -> Option<T>) -> Self {
        let meanings = column
            .texts
            .iter()
            .enumerate()
            .map(|(symbol, text)| if symbol == MISSING as usize { None } else { meaning(text) });
        Self { column: Some(column), meanings: meanings.collect() }
    }

    /// What a row says, counted from 0.
    pub(super) fn get(&self, row: u32) -> Option<&T> {
        self.meanings.get(self.column?.symbol(row) as usize)?.as_ref()
    }

    /// Counts the rows whose text has no meaning.
    pub(super) fn count_unknown(&self, field: Field, counts: &mut BTreeMap<String, u64>) {
        let Some(column) = self.column else { return };
        for symbol in column.cells.iter().filter(|symbol| **symbol != MISSING) {
            let known = self.meanings.get(*symbol as usize).is_some_and(Option::is_some);
            if let Some(text) = column.text_of(*symbol).filter(|_| !known) {
                *counts.entry(format!("{}: {text}", field.key())).or_default() += 1;
            }
        }
    }
}
