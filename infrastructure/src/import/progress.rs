//! What an import tells while it runs.

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reading the source to its end.
    Reading,
    /// Asking the log which cases it already has.
    Comparing,
    /// Deciding cases and writing them.
    Writing,
}

/// Whoever watches an import. Called from several threads; must not block.
pub trait Progress: Send + Sync {
    /// A phase begins; it takes this many rows, if that is known.
    fn begin(&self, phase: Phase, rows: Option<u64>);

    /// So many more rows are done.
    fn advance(&self, rows: u64);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _phase: Phase, _rows: Option<u64>) {}

    fn advance(&self, _rows: u64) {}
}
