//! The opening of a consultation: what the first row says of it.

use ledgerdesk_domain::{
    consultation::{Attributes, CatalogReference, ConsultationCommand, OpenConsultation},
    context::Actor,
};

use super::Story;
use crate::import::{case::Row, mapping::Field};

impl Story<'_> {
    /// Opens the consultation with what its first row says, at the time that the source gives for it.
    pub(super) fn open(&mut self, first: &Row) -> Result<(), (&'static str, String)> {
        let (meaning, row) = (self.meaning, first.index);
        self.begin_row(first, true);
        if let Some(opened_at) = meaning.opened_at.get(row) {
            // An opening after the first thing that happened would be a fault of the source.
            self.now = (*opened_at).min(first.time);
        }
        if let Some(opened_by) = meaning.opened_by.get(row) {
            self.actor = Actor::manager(*opened_by);
        }
        let defaults = &meaning.mapping.defaults;
        let topic = meaning.owned(Field::Topic, row).unwrap_or_else(|| defaults.topic.clone());
        let command = OpenConsultation {
            client_id: meaning.client.get(row).copied(),
            topic,
            description: meaning.owned(Field::Description, row),
            channel: meaning.channel.get(row).copied().unwrap_or(defaults.channel),
            priority: meaning.priority.get(row).copied().unwrap_or(defaults.priority),
            language: meaning.language.get(row).cloned().or_else(|| defaults.language.clone()),
            team: meaning.owned(Field::Team, row),
            tags: self.tags(row),
            catalog: self.catalog(row),
            attributes: self.attributes(row),
        };
        self.decide(ConsultationCommand::OpenConsultation(command)).map(|_| ())
    }

    fn tags(&self, row: u32) -> Vec<String> {
        let text = self.meaning.rows.text(Field::Tags, row).unwrap_or_default();
        let tags = text.split(self.meaning.mapping.list_separator).map(str::trim);
        tags.filter(|tag| !tag.is_empty()).map(ToOwned::to_owned).collect()
    }

    /// The catalog references of a row.
    pub(super) fn catalog(&self, row: u32) -> Vec<CatalogReference> {
        let reference = |(catalog, column): &(String, std::sync::Arc<crate::import::source::Column>)| {
            let key = column.text(row)?.to_owned();
            Some(CatalogReference { catalog: catalog.clone(), key })
        };
        self.meaning.rows.catalog.iter().filter_map(reference).collect()
    }

    fn attributes(&self, row: u32) -> Attributes {
        let attribute = |(key, lookup): &(&str, super::lookup::Lookup<'_, _>)| {
            Some(((*key).to_owned(), lookup.get(row).cloned()?))
        };
        self.meaning.attributes.iter().filter_map(attribute).collect()
    }
}
