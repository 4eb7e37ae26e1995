//! Reads of `consultation_detail`: by ids only, with [`crate::read::by_ids`].

use super::Row;
use crate::read::ReadRow;

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_detail";
    const KEY: &'static str = "id";
}
