//! Reads of `consultation_detail`: by ids only, with [`crate::read::by_ids`].

use super::Row;
use crate::read::{Belonging, ReadRow};

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_detail";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("id");
    const MASK: &'static str = r#"{"description":null,"status_reason":null,"resolution":null}"#;
}
