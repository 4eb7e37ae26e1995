//! What one request is shown of whom: noted while it is answered, kept before the answer leaves ([`super::read_log`]).
//!
//! Two things make sure that nothing is shown and not noted. A request sees personal values of a read model only if its
//! text names one of the fields that show them: otherwise they are masked in the statement, as for a caller who may not
//! see any. And whatever is read unmasked is noted where it is read, row by row, whichever fields are made of it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{Request, Value};
use ledgerdesk_domain::id::{ClientId, ConsultationId, ManagerId};
use ledgerdesk_projections::read::{Concerned, ReadRow};

/// What one request is shown of whom. Cheap to clone.
#[derive(Clone, Default)]
pub struct Reading(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// The text of the request and the names in its variables; nothing where it may name anything.
    text: Option<String>,
    noted: Mutex<Option<Noted>>,
}

/// What was noted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// The fields of the root that were asked for.
    pub operations: BTreeSet<String>,
    /// Consultations of which personal values were read.
    pub consultations: BTreeSet<ConsultationId>,
    /// Clients.
    pub clients: BTreeSet<ClientId>,
    /// Managers.
    pub managers: BTreeSet<ManagerId>,
    /// Whether something was looked for by personal values: what is found, or not found, tells of them.
    pub searched: bool,
}

impl Reading {
    /// Of a request that may be shown whatever its text names.
    pub fn of(request: &Request) -> Self {
        let mut text = request.query.clone();
        request.variables.values().for_each(|value| names(value, &mut text));
        Self(Arc::new(Inner { text: Some(text), noted: Mutex::new(Some(Noted::default())) }))
    }

    /// Of one that may be shown everything.
    pub fn whole() -> Self {
        Self(Arc::new(Inner { text: None, noted: Mutex::new(Some(Noted::default())) }))
    }

    /// Whether the request names one of these fields.
    pub(super) fn names(&self, fields: &[&str]) -> bool {
        let Some(text) = &self.0.text else { return !fields.is_empty() };
        fields.iter().any(|field| has_word(text, field))
    }

    /// A field of the root is asked for.
    pub(super) fn asked(&self, operation: &str) {
        if let Some(noted) = &mut *self.noted() {
            noted.operations.insert(operation.to_owned());
        }
    }

    /// Something is looked for by personal values.
    pub(super) fn searched(&self) {
        if let Some(noted) = &mut *self.noted() {
            noted.searched = true;
        }
    }

    /// Rows were read with their personal values.
    pub(super) fn saw<'r, R: ReadRow>(&self, rows: impl IntoIterator<Item = &'r R>) {
        self.saw_of(rows.into_iter().map(ReadRow::concerned));
    }

    /// Personal values of these were read.
    pub(super) fn saw_of(&self, whose: impl IntoIterator<Item = Concerned>) {
        let mut noted = self.noted();
        let Some(noted) = &mut *noted else { return };
        for Concerned { consultation, client, manager } in whose {
            noted.consultations.extend(consultation);
            noted.clients.extend(client);
            noted.managers.extend(manager);
        }
    }

    /// Nothing is noted from here on: a subscription is kept when it begins, with its filter.
    pub(crate) fn end(&self) {
        *self.noted() = None;
    }

    /// What was noted, if personal values were read or looked for.
    pub fn noted_if_personal(&self) -> Option<Noted> {
        let noted = self.noted().clone()?;
        let Noted { consultations, clients, managers, searched, .. } = &noted;
        let nobody = consultations.is_empty() && clients.is_empty() && managers.is_empty();
        if nobody && !searched { None } else { Some(noted) }
    }

    fn noted(&self) -> MutexGuard<'_, Option<Noted>> {
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    /// Whether it is about one consultation, client or manager, and not a list of them.
    pub(super) fn is_single(&self) -> bool {
        self.consultations.len() <= 1 && self.clients.len() <= 1 && self.managers.len() <= 1
    }
}

/// Adds the names of fields in a value; texts themselves are nothing that selects.
fn names(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                text.push(' ');
                text.push_str(name);
                names(value, text);
            }
        }
        Value::List(items) => items.iter().for_each(|item| names(item, text)),
        _ => {}
    }
}

/// Whether a word stands in a text.
fn has_word(text: &str, word: &str) -> bool {
    let of_a_name =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text.as_bytes()[..at], &text.as_bytes()[at + word.len()..]);
        !of_a_name(before.last()) && !of_a_name(after.first())
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_request_names_what_it_selects_and_what_its_variables_filter_by() {
        let request = Request::new("query($f: F) { a: consultations(filter: $f) { nodes { id topics } } }");
        let request =
            request.variables(Variables::from_json(json!({ "f": { "or": [{ "text": "topic" }] } })));
        let reading = Reading::of(&request);
        assert!(reading.names(&["text"]) && reading.names(&["topic", "topics"]));
        assert!(!reading.names(&["topic"]), "a word of a value, or a part of a name, is no name");
        assert!(!reading.names(&[]) && !Reading::whole().names(&[]) && Reading::whole().names(&["topic"]));
    }

    #[test]
    fn what_shows_nobody_is_not_kept() {
        let reading = Reading::whole();
        reading.asked("consultations");
        assert_eq!(reading.noted_if_personal(), None);
        reading.searched();
        assert!(reading.noted_if_personal().is_some_and(|noted| noted.searched && noted.is_single()));
        let id = |number| ConsultationId(Uuid::from_u128(number));
        let concerned = |number| Concerned { consultation: Some(id(number)), ..Concerned::NOBODY };
        reading.saw_of([concerned(1), concerned(2), concerned(1)]);
        let noted = reading.noted_if_personal().unwrap();
        assert_eq!(noted.consultations, [id(1), id(2)].into());
        assert!(!noted.is_single());
        reading.end();
        reading.saw_of([concerned(3)]);
        assert_eq!(reading.noted_if_personal(), None);
    }
}
