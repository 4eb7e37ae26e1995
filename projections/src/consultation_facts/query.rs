//! Reads of `consultation_facts`: by [`crate::analytics`] alone.

use super::Row;
use crate::read::{Belonging, Concerned, ReadRow};

impl ReadRow for Row {
    const TABLE: &'static str = "read.consultation_facts";
    const KEY: &'static str = "id";
    const BELONGS: Belonging = Belonging::Itself;
    const MASK: &'static str = "{}";
    const SHOWN_AS: &'static [&'static str] = &[];

    fn concerned(&self) -> Concerned {
        Concerned::NOBODY
    }
}
