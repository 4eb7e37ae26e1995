//! Reading of the payload that an entry keeps: what is not there, or not of the shape that it has now, is absent.

use ledgerdesk_projections::history::Row;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// The payload of an entry's event.
pub struct Details<'a>(&'a Row);

impl<'a> Details<'a> {
    pub(super) fn of(row: &'a Row) -> Self {
        Self(row)
    }

    /// The value of a field.
    pub(super) fn read<T: DeserializeOwned>(&self, field: &str) -> Option<T> {
        let value = self.0.details.get(field).filter(|value| !value.is_null())?;
        serde_json::from_value(value.clone()).ok()
    }

    pub(super) fn id(&self, field: &str) -> Option<Uuid> {
        self.read(field)
    }

    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.read(field)
    }

    /// What the entry says that is after, as an enum.
    pub(super) fn after<T: DeserializeOwned>(&self) -> Option<T> {
        wire(self.0.to_value.as_deref())
    }

    /// What the entry says that was before, as an enum.
    pub(super) fn before<T: DeserializeOwned>(&self) -> Option<T> {
        wire(self.0.from_value.as_deref())
    }

    /// Whether it is an entry of this event.
    pub(super) fn is(&self, event_type: &str) -> bool {
        self.0.event_type == event_type
    }
}

fn wire<T: DeserializeOwned>(text: Option<&str>) -> Option<T> {
    text.and_then(|text| serde_json::from_value(Value::from(text)).ok())
}
