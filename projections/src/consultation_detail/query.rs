//! Reads of `consultation_detail`: by ids only, with [`crate::read::by_ids`].

use super::Row;
use crate::read::{Belonging, Concerned, ReadRow};

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_detail";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Consultation("id");
    const MASK: &'static str = r#"{"description":null,"status_reason":null,"resolution":null}"#;
    const SHOWN_AS: &'static [&'static str] = &["description", "statusReason", "resolution"];

    fn concerned(&self) -> Concerned {
        Concerned::in_consultation(self.id, self.person_id)
    }
}
