//! The page of one consultation: what it shows beyond its row in a list.

mod projection;
mod query;

pub use projection::{ConsultationDetail, Row};
