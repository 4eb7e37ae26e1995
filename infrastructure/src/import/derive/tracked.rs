//! Columns that are followed without a rule: what they say after a change is what holds from then on.

use ledgerdesk_domain::consultation::{
    Attributes, ChangeDetails, ChangePriority, ConsultationCommand, SetCustomAttributes,
};

use super::Story;
use crate::import::{case::Row, mapping::Field, source::Column};

impl Story<'_> {
    /// Tells what a row says differently from the row before it.
    pub(super) fn track(&mut self, before: &Row) {
        self.track_priority(before);
        self.track_details(before);
        self.track_attributes(before);
    }

    fn differs(&self, column: &Column, before: &Row) -> bool {
        column.symbol(self.row.index) != column.symbol(before.index)
    }

    fn changed(&self, field: Field, before: &Row) -> bool {
        self.meaning.rows.column(field).is_some_and(|column| self.differs(column, before))
    }

    fn track_priority(&mut self, before: &Row) {
        if !self.changed(Field::Priority, before) {
            return;
        }
        let Some(priority) = self.meaning.priority.get(self.row.index).copied() else { return };
        self.act(ConsultationCommand::ChangePriority(ChangePriority { priority }));
    }

    fn track_details(&mut self, before: &Row) {
        let (meaning, row) = (self.meaning, self.row.index);
        let changed = |field| self.changed(field, before);
        let text = |field| changed(field).then(|| meaning.owned(field, row)).flatten();
        let catalog = meaning.rows.catalog.iter().any(|(_, column)| self.differs(column, before));
        let details = ChangeDetails {
            topic: text(Field::Topic),
            description: text(Field::Description),
            client_id: changed(Field::Client).then(|| meaning.client.get(row).copied()).flatten(),
            language: changed(Field::Language).then(|| meaning.language.get(row).cloned()).flatten(),
            catalog: catalog.then(|| self.catalog(row)),
        };
        let nothing =
            ChangeDetails { topic: None, description: None, client_id: None, language: None, catalog: None };
        if details != nothing {
            self.act(ConsultationCommand::ChangeDetails(details));
        }
    }

    fn track_attributes(&mut self, before: &Row) {
        let row = self.row.index;
        let mut set = Attributes::new();
        let mut remove = Vec::new();
        for ((key, column), (_, lookup)) in self.meaning.rows.attributes.iter().zip(&self.meaning.attributes)
        {
            if !self.differs(column, before) {
                continue;
            }
            match lookup.get(row) {
                Some(value) => _ = set.insert(key.clone(), value.clone()),
                None => remove.push(key.clone()),
            }
        }
        if !set.is_empty() || !remove.is_empty() {
            self.act(ConsultationCommand::SetCustomAttributes(SetCustomAttributes { set, remove }));
        }
    }
}
