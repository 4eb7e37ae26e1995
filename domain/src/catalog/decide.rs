//! The rules of an entry of a catalog.

use super::{
    CatalogCommand as Command, CatalogEntryChanged, CatalogEntryDefined, CatalogEntryRestored,
    CatalogEntryRetired, CatalogEntryState, CatalogEvent as Event, CatalogRejection as Rejection,
    ChangeCatalogEntry, DefineCatalogEntry, PutCatalogEntry, state::Standing,
};
use crate::{
    consultation::{CatalogReference, check_attributes},
    text::{self, InvalidInput, KEY_TEXT, SHORT_TEXT},
};

/// Longest name of a catalog, in characters.
const MAX_KIND: usize = 50;

/// What a rule answers; no events if what was asked for already holds.
type Decision = Result<Vec<Event>, Rejection>;

pub(super) fn decide(state: &CatalogEntryState, command: Command) -> Decision {
    match command {
        Command::DefineCatalogEntry(command) => define(state, command),
        Command::PutCatalogEntry(command) => put(state, command),
        Command::ChangeCatalogEntry(command) => change(state, command),
        Command::RetireCatalogEntry(_) => retire(state),
        Command::RestoreCatalogEntry(_) => restore(state),
    }
}

fn define(state: &CatalogEntryState, command: DefineCatalogEntry) -> Decision {
    match state.standing {
        Standing::Undefined => Ok(vec![Event::CatalogEntryDefined(checked(command)?)]),
        Standing::Active | Standing::Retired => Err(Rejection::AlreadyExists),
    }
}

fn put(state: &CatalogEntryState, PutCatalogEntry { entry, active }: PutCatalogEntry) -> Decision {
    let defined = checked(entry)?;
    let mut events = match state.standing {
        Standing::Undefined => vec![Event::CatalogEntryDefined(defined)],
        // Whoever asks has the id from somewhere else than these two.
        _ if (&state.kind, &state.external_id) != (&defined.kind, &defined.external_id) => {
            return Err(Rejection::AlreadyExists);
        }
        _ => {
            let CatalogEntryDefined { title, parent, attributes, .. } = defined;
            changed(state, CatalogEntryChanged { title, parent, attributes })
        }
    };
    match (active, state.standing) {
        (true, Standing::Retired) => events.push(Event::CatalogEntryRestored(CatalogEntryRestored {})),
        (false, Standing::Undefined | Standing::Active) => {
            events.push(Event::CatalogEntryRetired(CatalogEntryRetired {}));
        }
        (true, Standing::Undefined | Standing::Active) | (false, Standing::Retired) => {}
    }
    Ok(events)
}

fn change(state: &CatalogEntryState, command: ChangeCatalogEntry) -> Decision {
    state.active()?;
    let title = match command.title {
        Some(title) => text::label("title", &title, SHORT_TEXT)?,
        None => state.title.clone(),
    };
    let parent = match command.parent {
        Some(parent) => checked_parent(parent.as_ref(), &state.kind, &state.external_id)?,
        None => state.parent.clone(),
    };
    let attributes = command.attributes.unwrap_or_else(|| state.attributes.clone());
    check_attributes("attributes", &attributes)?;
    Ok(changed(state, CatalogEntryChanged { title, parent, attributes }))
}

/// The change, unless it is none.
fn changed(state: &CatalogEntryState, to: CatalogEntryChanged) -> Vec<Event> {
    let now = (&state.title, &state.parent, &state.attributes);
    if now == (&to.title, &to.parent, &to.attributes) {
        return vec![];
    }
    vec![Event::CatalogEntryChanged(to)]
}

fn retire(state: &CatalogEntryState) -> Decision {
    match state.standing {
        Standing::Undefined => Err(Rejection::NotFound),
        Standing::Active => Ok(vec![Event::CatalogEntryRetired(CatalogEntryRetired {})]),
        Standing::Retired => Ok(vec![]),
    }
}

fn restore(state: &CatalogEntryState) -> Decision {
    match state.standing {
        Standing::Undefined => Err(Rejection::NotFound),
        Standing::Active => Ok(vec![]),
        Standing::Retired => Ok(vec![Event::CatalogEntryRestored(CatalogEntryRestored {})]),
    }
}

fn checked(command: DefineCatalogEntry) -> Result<CatalogEntryDefined, Rejection> {
    let kind = checked_kind("kind", &command.kind)?;
    let external_id = text::label("external_id", &command.external_id, KEY_TEXT)?;
    let title = text::label("title", &command.title, SHORT_TEXT)?;
    let parent = checked_parent(command.parent.as_ref(), &kind, &external_id)?;
    check_attributes("attributes", &command.attributes)?;
    Ok(CatalogEntryDefined { kind, external_id, title, parent, attributes: command.attributes })
}

/// A name that can stand in a path and in a file's name.
fn checked_kind(field: &str, kind: &str) -> Result<String, InvalidInput> {
    let kind = text::label(field, kind, MAX_KIND)?;
    let well_formed = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'_'));
    if well_formed {
        return Ok(kind);
    }
    Err(InvalidInput::malformed(field, "small Latin letters, digits, `-` and `_`, beginning with a letter"))
}

fn checked_parent(
    parent: Option<&CatalogReference>,
    kind: &str,
    external_id: &str,
) -> Result<Option<CatalogReference>, Rejection> {
    let Some(parent) = parent else { return Ok(None) };
    let parent = CatalogReference {
        catalog: checked_kind("parent", &parent.catalog)?,
        key: text::label("parent", &parent.key, KEY_TEXT)?,
    };
    if (parent.catalog.as_str(), parent.key.as_str()) == (kind, external_id) {
        return Err(Rejection::OwnParent);
    }
    Ok(Some(parent))
}
