//! How clocks of service levels came out, as facts of metrics: folded from the journals of consultations by the rules of
//! the workspace, by the same fold as `Consultation.clocks`, so that the two cannot differ.
//!
//! Nothing of it is stored: a table that is published for the past changes the answer at once. Journals are read in
//! pieces of one snapshot; a piece is folded by a thread that may block while the next one is read, and its facts go
//! back into the statement that groups and filters those of every metric. So what is in memory is a piece and a half,
//! whatever the range.
//!
//! - `piece`: reading; `fold`: a consultation's facts; `given`: facts as rows of a statement.

mod fold;
mod given;
mod piece;

pub(super) use given::Given;
pub(super) use piece::Pieces;
