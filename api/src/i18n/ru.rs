//! Russian.
