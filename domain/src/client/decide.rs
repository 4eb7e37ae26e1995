//! The rules of a client.

use super::{
    ChangeClientDetails, ChangeContacts, ClientCommand as Command, ClientDetailsChanged,
    ClientEvent as Event, ClientReferenceLinked, ClientRegistered, ClientRejection as Rejection, ClientState,
    Contact, ContactKind, ContactsChanged, ErasePerson, LinkClientReference, NewContact, PersonErased,
    RegisterClient, state::Standing,
};
use crate::{
    consultation::{MAX_REFERENCES, checked_reference, checked_references},
    personal::Personal,
    text::{self, InvalidInput, SHORT_TEXT},
};

/// Most ways to reach a client.
const MAX_CONTACTS: usize = 20;
/// Most consultations that go with an erasure: those opened before the client was known.
const MAX_PERSONS: usize = 10_000;

/// What a rule answers; no events if what was asked for already holds.
type Decision = Result<Vec<Event>, Rejection>;

pub(super) fn decide(state: &ClientState, command: Command) -> Decision {
    match command {
        Command::RegisterClient(command) => register(state, &command),
        Command::ChangeClientDetails(command) => change_details(state, command),
        Command::ChangeContacts(command) => change_contacts(state, &command),
        Command::LinkClientReference(command) => link_reference(state, &command),
        Command::ErasePerson(command) => erase(state, command),
    }
}

fn register(state: &ClientState, command: &RegisterClient) -> Decision {
    match state.standing {
        Standing::Unregistered => {}
        Standing::Registered => return Err(Rejection::AlreadyExists),
        Standing::Erased => return Err(Rejection::Erased),
    }
    let company = text::optional_label("company", command.company.as_deref(), SHORT_TEXT)?;
    Ok(vec![Event::ClientRegistered(ClientRegistered {
        kind: command.kind,
        name: text::label("name", &command.name, SHORT_TEXT)?.into(),
        company: company.map(Personal::from),
        contacts: checked_contacts(&command.contacts)?,
        language: text::optional_language("language", command.language.as_deref())?,
        references: checked_references("references", &command.references)?,
    })])
}

fn change_details(state: &ClientState, command: ChangeClientDetails) -> Decision {
    state.registered()?;
    let name = command.name.map(|name| text::label("name", &name, SHORT_TEXT)).transpose()?;
    let language = text::optional_language("language", command.language.as_deref())?;
    if let Some(company) = &command.company {
        text::check_optional("company", company, SHORT_TEXT)?;
    }
    let changed = ClientDetailsChanged {
        name: name.map(Personal::from).filter(|name| state.name.as_ref() != Some(name)),
        company: changed_company(state, command.company.as_deref()),
        language: language.filter(|language| state.language.as_ref() != Some(language)),
    };
    if changed.name.is_none() && changed.company.is_none() && changed.language.is_none() {
        return Ok(vec![]);
    }
    Ok(vec![Event::ClientDetailsChanged(changed)])
}

/// The new company where it differs; an empty one takes the old one away.
fn changed_company(state: &ClientState, company: Option<&str>) -> Option<Personal<String>> {
    let company = company?.trim();
    let unchanged = match &state.company {
        None => company.is_empty(),
        Some(before) => before.known().is_some_and(|before| before == company),
    };
    (!unchanged).then(|| Personal::from(company))
}

fn change_contacts(state: &ClientState, command: &ChangeContacts) -> Decision {
    state.registered()?;
    let contacts = checked_contacts(&command.contacts)?;
    if contacts == state.contacts {
        return Ok(vec![]);
    }
    Ok(vec![Event::ContactsChanged(ContactsChanged { contacts })])
}

fn link_reference(state: &ClientState, command: &LinkClientReference) -> Decision {
    state.registered()?;
    let reference = checked_reference("reference", &command.reference)?;
    if state.references.contains(&reference) {
        return Ok(vec![]);
    }
    text::check_count("reference", state.references.len() + 1, MAX_REFERENCES)?;
    Ok(vec![Event::ClientReferenceLinked(ClientReferenceLinked { reference })])
}

fn erase(state: &ClientState, command: ErasePerson) -> Decision {
    match state.standing {
        Standing::Unregistered => return Err(Rejection::NotFound),
        Standing::Registered => {}
        Standing::Erased => return Ok(vec![]),
    }
    let mut persons = command.persons;
    if persons.is_empty() {
        return Err(InvalidInput::empty("persons").into());
    }
    persons.sort_unstable();
    persons.dedup();
    text::check_count("persons", persons.len(), MAX_PERSONS)?;
    Ok(vec![Event::PersonErased(PersonErased { persons })])
}

/// Contacts in their normal form, in the order given (the first is the one to try first), each once.
fn checked_contacts(contacts: &[NewContact]) -> Result<Vec<Contact>, InvalidInput> {
    const FIELD: &str = "contacts";
    text::check_count(FIELD, contacts.len(), MAX_CONTACTS)?;
    let mut checked = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let value = match contact.kind {
            ContactKind::Phone | ContactKind::Whatsapp => text::phone(FIELD, &contact.value)?,
            ContactKind::Email => text::email(FIELD, &contact.value)?,
            ContactKind::Telegram => text::label(FIELD, &contact.value, SHORT_TEXT)?,
        };
        let contact = Contact { kind: contact.kind, value: value.into() };
        if !checked.contains(&contact) {
            checked.push(contact);
        }
    }
    Ok(checked)
}
