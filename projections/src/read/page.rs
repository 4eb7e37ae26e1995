//! Keyset pages: a page starts where the last one ended, whatever was added or removed meanwhile, and costs
//! the same at any depth.

use std::sync::Arc;

use uuid::Uuid;

/// What a list is ordered by: one column, then the primary key as tiebreaker, both in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Keyset {
    /// Names the order inside cursors; permanent.
    pub tag: u8,
    /// The column. Where it may be null, [`Keyset::skips_null`] is set.
    pub column: &'static str,
    /// What is in it.
    pub kind: SortKind,
    /// Newest, highest first.
    pub descending: bool,
    /// Rows without a value have no place in this order and are left out.
    pub skips_null: bool,
}

/// What a column is ordered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortKind {
    /// A `timestamptz`; microseconds since 1970 in cursors.
    Time,
    /// A whole number.
    Number,
}

impl Keyset {
    /// By a time that every row has.
    pub const fn time(tag: u8, column: &'static str, descending: bool) -> Self {
        Self { tag, column, kind: SortKind::Time, descending, skips_null: false }
    }

    /// By a number that every row has.
    pub const fn number(tag: u8, column: &'static str, descending: bool) -> Self {
        Self { tag, column, kind: SortKind::Number, descending, skips_null: false }
    }

    /// The same, for a column that may be null: rows without a value are left out.
    pub const fn skipping_null(self) -> Self {
        Self { skips_null: true, ..self }
    }
}

/// A row's place in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The value of the order's column.
    pub value: i64,
    /// The row's primary key.
    pub id: Uuid,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// At most so many rows.
    pub size: u8,
    /// The rows nearest to the end instead of those nearest to the start.
    pub from_end: bool,
    /// Only rows after this place.
    pub after: Option<Key>,
    /// Only rows before this place.
    pub before: Option<Key>,
}

/// A part of a list, in the list's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<R> {
    /// The rows, each with its place.
    pub rows: Vec<(Key, R)>,
    /// Whether rows come before it. Exact when paging backward; otherwise whether the page has a start bound.
    pub has_previous: bool,
    /// Whether rows come after it. Exact when paging forward; otherwise whether the page has an end bound.
    pub has_next: bool,
}

impl<R> Page<R> {
    /// The same, with rows that can be handed on without a copy.
    pub fn shared(self) -> Page<Arc<R>> {
        let Self { rows, has_previous, has_next } = self;
        let rows = rows.into_iter().map(|(key, row)| (key, Arc::new(row))).collect();
        Page { rows, has_previous, has_next }
    }
}
