//! A column with each different text kept once.
//!
//! Logs repeat themselves: a hundred thousand rows hold a few dozen states, groups and persons. With a number
//! per cell and one text per number, whatever depends on a text alone is worked out once.

use std::collections::HashMap;

/// The cell that says nothing.
pub(in crate::import) const MISSING: u32 = 0;

/// A column that was read to its end.
#[derive(Debug, Clone)]
pub(in crate::import) struct Column {
    /// Its name in the source.
    pub(in crate::import) name: String,
    /// The text of each symbol; the first one is empty and means [`MISSING`].
    pub(in crate::import) texts: Vec<Box<str>>,
    /// The symbol of each row.
    pub(in crate::import) cells: Vec<u32>,
}

impl Column {
    /// The symbol in a row, counted from 0.
    pub(in crate::import) fn symbol(&self, row: u32) -> u32 {
        self.cells.get(row as usize).copied().unwrap_or(MISSING)
    }

    /// The text of a symbol; none if it is missing.
    pub(in crate::import) fn text_of(&self, symbol: u32) -> Option<&str> {
        if symbol == MISSING {
            return None;
        }
        self.texts.get(symbol as usize).map(AsRef::as_ref)
    }

    /// The text in a row, counted from 0; none if it is missing.
    pub(in crate::import) fn text(&self, row: u32) -> Option<&str> {
        self.text_of(self.symbol(row))
    }
}

/// A column that is being read.
#[derive(Debug)]
pub(in crate::import) struct ColumnBuilder {
    name: String,
    symbols: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    cells: Vec<u32>,
    last: u32,
}

impl ColumnBuilder {
    /// An empty column.
    pub(in crate::import) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            symbols: HashMap::new(),
            texts: vec![Box::default()],
            cells: Vec::new(),
            last: MISSING,
        }
    }

    /// The symbol of a text, new or known.
    pub(in crate::import) fn intern(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return MISSING;
        }
        // Neighbouring rows mostly say the same.
        if self.texts.get(self.last as usize).is_some_and(|last| **last == *text) {
            return self.last;
        }
        let symbol = match self.symbols.get(text) {
            Some(symbol) => *symbol,
            None => self.add(text),
        };
        self.last = symbol;
        symbol
    }

    fn add(&mut self, text: &str) -> u32 {
        // At most one new text per row, and rows are bounded by `MAX_ROWS`.
        let symbol = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        self.symbols.insert(text.into(), symbol);
        symbol
    }

    /// Adds the cell of the next row.
    pub(in crate::import) fn push(&mut self, symbol: u32) {
        self.cells.push(symbol);
    }

    /// Says something else of the last row.
    pub(in crate::import) fn set_last(&mut self, symbol: u32) {
        if let Some(last) = self.cells.last_mut() {
            *last = symbol;
        }
    }

    /// The finished column.
    pub(in crate::import) fn finish(self) -> Column {
        Column { name: self.name, texts: self.texts, cells: self.cells }
    }
}
