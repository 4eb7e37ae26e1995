//! Ratings (оценки): what clients were asked, what they answered, whom it is about.

mod projection;
mod query;
mod score;

pub use projection::{Answer, Comment, Ratings, Row, State};
pub use query::{Filter, Order};
pub(crate) use score::average_score;
