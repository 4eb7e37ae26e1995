//! Search: one row per text that can be found: a consultation's topic and description, and each message.
//!
//! Promise: what is found is ranked by how well it fits, among the newest [`MOST_RANKED`] texts that hold the words; so
//! a search for words that are everywhere costs no more than one for rare ones.

mod headline;
mod projection;
mod query;

pub use headline::{Headline, Mark};
pub use projection::{Row, Search, TextSource};
pub use query::{Filter, Found, Hit, MATCHES_TEXT, MOST_RANKED, ORDER, ranked};
